"""Fakes of external services that cannot run in a test."""
