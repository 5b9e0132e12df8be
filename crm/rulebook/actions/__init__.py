"""Changing the law of the house: drafts, and versions that two people put in force."""
