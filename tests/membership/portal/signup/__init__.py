"""Tests of public signup: its settings, its page, and joining."""
