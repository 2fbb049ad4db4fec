"""What library operations do to named axes, one function per family, found by importing this package."""
