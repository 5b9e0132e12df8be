"""What is done about contacts: permits, records, corrections, outages."""
