"""Tests of orders and fulfilment."""
