"""The invented demo club: people, portraits, companies, plans, memberships and cards."""
