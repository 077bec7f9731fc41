"""Tests of a desk that works without its service."""
