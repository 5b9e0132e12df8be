"""What comes in and goes out about books of law and their drafts."""
