"""Runs a model in a process of its own and holds what is claimed about it against what is observed."""
