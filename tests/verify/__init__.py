"""Running models: what is planned, what is seen, what is said of it, and that nothing is left behind."""
