"""Tests of passes.codes."""
