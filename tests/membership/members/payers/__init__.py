"""Tests of customers and companies as payers."""
