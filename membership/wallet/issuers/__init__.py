"""The accounts that sign an organization's cards: a certificate of Apple's, one of Google's."""
