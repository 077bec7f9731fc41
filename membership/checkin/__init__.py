"""The two hot questions: who is this card, and may this person use that."""
