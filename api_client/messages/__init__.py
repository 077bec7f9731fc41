"""Messages that the desk and the service exchange; each is defined here, once."""
