"""Somebody rings whom another colleague has: who is it, is it really him, and what may be done."""
