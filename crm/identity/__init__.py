"""People who work here: accounts, roles, teams, sign-in, sessions and tokens."""
