"""The pages on which staff see and change customers, companies, plans and memberships."""
