"""Tests of the demo club."""
