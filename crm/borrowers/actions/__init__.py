"""What is changed about people who owe."""
