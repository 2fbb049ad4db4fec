"""Reading Python: a cheap index of a file, concrete syntax on demand, and the comments that steer lstmlint."""
