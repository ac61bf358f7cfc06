"""Settings: what `xlalign.toml` may say, where it is read, and which part of it identifies a result."""

from xlalign.config.settings import Settings, identity, late, operational

__all__ = ["Settings", "identity", "late", "operational"]
