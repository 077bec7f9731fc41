"""Parts of the fake of Stripe; tests use tests/fakes/stripe_server.py."""
