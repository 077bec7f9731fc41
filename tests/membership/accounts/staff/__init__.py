"""Tests of staff: accounts, sign-ins, passwords, mail and the audit."""
