"""Sentence contrast."""
