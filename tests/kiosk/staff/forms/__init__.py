"""Tests of what the forms of the staff side become."""
