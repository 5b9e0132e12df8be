"""Versions of books in the making: checked, compared, kept, and put in force."""
