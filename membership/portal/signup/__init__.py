"""Public signup: the page on which people join by themselves, and where it may be framed."""
