"""The law: books of dated, cited rules, and the pure engine that judges a contact by them."""
