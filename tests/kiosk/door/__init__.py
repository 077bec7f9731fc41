"""Tests of opening the door after a verdict."""
