"""A family of encoders: Megatron-BERT keeps its head where BERT does, and is padded, as its attention needs."""

from xlalign.modeling.families.base import Family

MEGATRON_BERT = Family(head=("cls",), packed=False)
