"""What is done about whose work people are: shared out anew, moved, taken back."""
