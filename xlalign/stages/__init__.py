"""The stages: the only place where domain code meets the cache."""
