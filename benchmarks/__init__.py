"""How fast lstmlint is, beside the tools that people know: `make bench`, or `python -m benchmarks --help`."""
