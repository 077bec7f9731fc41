"""Events: the outbox, webhooks, mails and the audit."""
