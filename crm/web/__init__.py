"""How rooms speak HTTP: addresses, errors, sign-in and headers."""
