"""Drawing meanings: single sentences by pattern, and premise-hypothesis pairs."""
