"""Tests of certificates, signatures and bundles, verified with the openssl command."""
