"""Staff: accounts, passwords, sessions, and limits on attempts."""
