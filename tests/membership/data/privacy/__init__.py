"""Tests of personal data: the map, the export, the erasure."""
