"""Embedding alignment."""
