"""What the public sees: login, signup, the member page, the page of a card."""
