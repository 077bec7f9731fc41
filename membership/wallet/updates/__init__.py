"""From an event to the cards it changes, and design rollouts."""
