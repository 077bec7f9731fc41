"""What a desk needs while its service is away: a sealed list of members, and a queue of visits."""
