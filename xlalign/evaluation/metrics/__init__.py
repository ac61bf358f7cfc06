"""The metrics of the benchmark, one file a family; every score is in percent."""
