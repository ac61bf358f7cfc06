"""Anchor."""
