"""Tests of the controllers, without a service: what is sent, and what an answer does."""
