"""Cross-lingual alignment of multilingual encoders, from bitext to zero-shot scores."""

__version__ = "0.1.0"
