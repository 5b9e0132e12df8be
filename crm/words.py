"""Marks English sentences below the web for translation at its edge."""


def N_(sentence: str) -> str:
    """Return `sentence` unchanged; extraction finds it by the name of this function."""
    return sentence
