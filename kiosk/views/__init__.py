"""Widgets only: they paint what they are given."""
