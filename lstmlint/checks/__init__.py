"""The checks: one file per rule, named like its page in the rule book, found by importing this package."""
