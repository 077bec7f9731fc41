"""Tests of membership.data.exports."""
