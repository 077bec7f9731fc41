"""Orders paid through the payment provider, and who may order what."""
