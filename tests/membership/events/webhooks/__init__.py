"""Events: the outbox, the sweeper, the deliverer and the routes of webhooks."""
