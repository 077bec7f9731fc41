"""Tests of payments at the desk."""
