"""RoBERTa and its kin (XLM-R, XLM-R XL, CamemBERT, data2vec): positions from the padding id + 1, <s> and </s>."""

from __future__ import annotations

from xlalign.modeling.families.base import Family

ROBERTA = Family(head=("lm_head",), shifted=True)
