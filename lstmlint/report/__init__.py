"""How diagnostics are shown: full, concise, json."""
