"""Tests of codes of other makers."""
