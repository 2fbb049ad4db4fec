"""Facts of the frameworks as data: layers, their parameters and defaults, and how arguments correspond."""
