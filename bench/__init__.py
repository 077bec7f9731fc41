"""Measurements behind the figures in the README, one command each."""
