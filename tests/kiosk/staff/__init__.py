"""Tests of managing customers, companies, plans and memberships at the desk."""
