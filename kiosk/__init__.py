"""The desktop app of the reception desk, written with Qt."""
