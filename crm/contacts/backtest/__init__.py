"""Drafts of books tried on what really happened: contacts made, and permits asked for."""
