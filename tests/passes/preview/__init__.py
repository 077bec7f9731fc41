"""Tests of passes.preview."""
