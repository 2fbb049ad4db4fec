"""The benchmarks: that what they generate is what they say. What they measure is not tested."""
