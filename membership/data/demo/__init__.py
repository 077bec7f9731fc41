"""The invented demo club: people, portraits, companies, plans, memberships and cards."""

from membership.data.demo.deck import Deck, DeckCard
from membership.data.demo.seed import seed_demo

__all__ = ["Deck", "DeckCard", "seed_demo"]
