"""Wallet passes for Apple and Google: content, signatures, previews and codes of cards.

A library of its own: it knows no database and no web server.
"""
