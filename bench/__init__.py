"""Measurements behind the figures of the project, one command each."""

from bench.moved import find_moved

find_moved()
