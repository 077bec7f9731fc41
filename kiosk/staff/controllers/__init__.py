"""One controller a page: what it asks of the service and what it does with the answer."""
