"""The process that runs the user's program: the standard library and the framework, nothing else."""
