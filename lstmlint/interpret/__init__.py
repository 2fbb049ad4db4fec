"""The abstract interpreter: from syntax and names to events on values."""
