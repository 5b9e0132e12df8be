"""What comes in and goes out about people who owe."""
