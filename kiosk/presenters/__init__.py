"""Between session, workers and window: they put on screen what was reported, one part each."""
