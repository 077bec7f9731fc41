"""One controller a page: what it loads from the service and what it does with the answers."""
