"""What happened, in order, provably unaltered."""
