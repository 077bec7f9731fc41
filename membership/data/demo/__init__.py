"""The fictitious demo club: people, portraits, companies, plans, memberships and cards."""
