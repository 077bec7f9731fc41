"""Membership plans and the permissions they carry."""
