"""Facts about Probity, each true when its test passes."""
