"""Certificates, signatures and bundles of passes, verified with the openssl command."""
