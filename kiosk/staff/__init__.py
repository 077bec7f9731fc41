"""The staff side of the desk: sign-in, pages, forms, and their requests to the service."""
