"""Everything around one file: which files, which rules, which suppressions, in which order."""
