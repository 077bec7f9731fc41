"""Tests of the pure membership rules."""
