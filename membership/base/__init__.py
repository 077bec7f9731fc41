"""What every storey may use: settings, logs, secrets, actors, scopes, fields of requests."""
