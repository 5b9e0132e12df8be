"""What comes in and goes out about permits and contacts."""
