"""Pictures of each page in each state and each look: ``make screenshots``, see ``__main__``."""
