"""Aligners that compare the hidden states of a multilingual encoder."""
