"""Marks English sentences below the web for translation at its edge."""

from crm.words import N_

__all__ = ["N_"]
