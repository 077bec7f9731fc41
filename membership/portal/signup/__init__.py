"""Public signup: the page on which people join, its settings, and joining itself."""
