"""Login of customers: by a mailed code, then with short-lived tokens."""
