"""Cross-lingual alignment of multilingual encoders, from bitext to zero-shot scores."""

from xlalign.threads import yield_at_barriers

__version__ = "0.1.0"

yield_at_barriers()  # whoever imports any part of the package: command, worker, benchmark, library
