"""Data files of the alignment room."""
