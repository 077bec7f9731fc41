"""Codes of other makers, such as key fobs, given to customers and taken back."""
