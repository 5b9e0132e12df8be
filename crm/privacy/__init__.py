"""Personal data: sealed values, keys, blind indexes, masks and the openers that let a value out."""
