"""Who owes: people and organisations, how and where they can be reached, and what binds us."""
