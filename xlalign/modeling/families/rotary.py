"""Encoders with rotary positions and no table of them: EuroBERT, gte, jina-embeddings-v3, NomicBERT."""

from __future__ import annotations

from xlalign.modeling.families.base import Family

GTE = Family(head=("lm_head",))

EUROBERT = Family(head=("lm_head",), below=("embed_tokens",), tied=False)
"""Several query heads share keys and values (grouped-query attention)."""

NOMIC = Family(head=("cls",))
