"""Staff: accounts, passwords, sign-ins that last, and what keeps guessing slow."""
