"""Forms as data: which fields each has, and what it sends."""
