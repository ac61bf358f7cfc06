"""ModernBERT (mmBERT, Ettin, our scratch encoders): rotary positions, most layers with a sliding window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.modeling.families.base import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class _ModernBert(Family):
    def speed_up(self, body: PreTrainedModel) -> None:
        """Rotation and gate with backward passes of their own; they count on a CPU alone."""
        from xlalign.modeling.cpu import modernbert

        modernbert.replace(body)


MODERNBERT = _ModernBert(head=("head", "decoder"))
