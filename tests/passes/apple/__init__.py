"""Tests of passes.apple."""
