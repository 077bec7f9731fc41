"""Tests of the inbox of provider events."""
