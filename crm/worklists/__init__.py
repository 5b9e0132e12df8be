"""Whom to approach next, by which means, and why."""
