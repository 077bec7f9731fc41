"""Codes on cards: forms, parsing, signatures and rotating values. Needs only `cryptography`."""
