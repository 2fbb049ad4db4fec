"""What names mean: imports, canonical library paths, and definitions in other files of the project."""
