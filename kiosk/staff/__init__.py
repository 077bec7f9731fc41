"""The staff side of the desk: sign-in, pages, forms and what they ask of the service."""
