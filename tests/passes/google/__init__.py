"""Tests of passes.google."""
