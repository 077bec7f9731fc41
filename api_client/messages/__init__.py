"""Messages between the desk and the service. Both halves use these definitions."""
