"""Tests of the widgets of pages."""
