"""Stand-ins for what cannot run in a test, one honest fake each."""
