"""Speed, shown as ratios in one run against a floor that does the same work in the clear."""
