"""Widgets of the desk. They paint what they are given and decide nothing."""
