"""RoBERTa and its kin (XLM-R, XLM-R XL, CamemBERT, data2vec, MPNet, XMOD): positions from the padding id + 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.modeling.families.base import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ROBERTA = Family(head=("lm_head",))

MPNET = Family(head=("lm_head",), packed=False)
"""Relative position buckets, made once for the whole pass."""


class _Xmod(Family):
    def prepare(self, model: PreTrainedModel) -> None:
        """One language adapter for all rows: the default one, or the first."""
        if model.config.default_language is None:
            model.set_default_language(model.config.languages[0])


XMOD = _Xmod(head=("lm_head",))
