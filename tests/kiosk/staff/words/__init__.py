"""Tests of the texts of pages."""
