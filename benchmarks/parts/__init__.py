"""What is measured, a part of it in each module: a function that takes the setup and gives rows of the table."""
