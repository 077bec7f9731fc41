"""What happened, told to other systems: the outbox, the sweeper and the webhooks."""
