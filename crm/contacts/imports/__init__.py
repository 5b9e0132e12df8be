"""Files of others: contacts, stops and consents from before this house, or from an agency."""
