"""The audit of every change, with before and after."""
