"""What is judged about contacts, without database or clock."""
