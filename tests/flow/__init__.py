"""Tests from the camera to the screen, with real parts."""
