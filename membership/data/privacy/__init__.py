"""Personal data: which columns hold it, how it is handed out, and how it is erased."""
