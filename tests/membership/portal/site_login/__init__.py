"""Tests of the login by a site's token."""
