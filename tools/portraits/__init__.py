"""Generator of the portraits in ``resources/demo/portraits``.

The people of the demo club are invented, so their portraits are drawn. Run
``python -m tools.portraits`` after a change of a look or of the drawing, and commit the files.
"""
