"""What torch's layers, losses, loaders and modules do to values."""
