"""The parts of the fake of Stripe; the entrance is tests/fakes/stripe_server.py."""
