"""Masked-token prediction."""
