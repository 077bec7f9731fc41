"""The forms: which fields each has, and the request that its values become."""
