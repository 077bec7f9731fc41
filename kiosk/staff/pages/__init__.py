"""The widgets of the pages on which staff see and change data."""
