"""Drawing with Pillow: a canvas in points, fonts, rows of fields and codes."""
