"""Signed card codes, under the import path that ``docs/passes.md`` documents."""

from passes.codes.signed import sign_code, verify_signed

__all__ = ["sign_code", "verify_signed"]
