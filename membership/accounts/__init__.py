"""Who may sign in: organizations, staff accounts and API keys."""
