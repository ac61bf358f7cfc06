"""Norm match."""
