"""Tests of membership.operations."""
