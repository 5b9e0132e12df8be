"""What is done with accounts, sign-ins, sessions and tokens."""
