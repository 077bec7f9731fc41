"""The member page: a customer's memberships, cards, payments, invoices, and the live card."""
