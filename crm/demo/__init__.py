"""A sample house: made-up people on real figures, for trying the product out."""
