"""What is asked about the law: books and their rules, drafts and what they change."""
