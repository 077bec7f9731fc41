"""Tests of passes of Apple Wallet."""
