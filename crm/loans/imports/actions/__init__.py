"""What is done about imports: runs, their batches, and the mappings they follow."""
