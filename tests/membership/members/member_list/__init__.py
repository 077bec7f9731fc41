"""Tests of the list of members."""
