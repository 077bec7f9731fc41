"""The texts of the pages, as pure functions of the service's messages."""
