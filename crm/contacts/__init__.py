"""May we reach someone, and every time we did: permits, decisions and the contact record."""
