"""Word alignment: links between the words of a sentence and of its translation, and the lexicon they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlalign.registry import Registry

if TYPE_CHECKING:
    from xlalign.alignment.base import MakeAligner

_ENCODER = "xlalign.alignment.encoder.aligner"
_EXTERNAL = "xlalign.alignment.external"
ALIGNERS: Registry[MakeAligner] = Registry(
    "aligner",
    {
        "hmm": "xlalign.alignment.hmm.aligner:HmmAligner",
        "argmax": f"{_ENCODER}:argmax",
        "itermax": f"{_ENCODER}:itermax",
        "match": f"{_ENCODER}:match",
        "softmax": f"{_ENCODER}:softmax",
        "sinkhorn": f"{_ENCODER}:sinkhorn",
        "transport": f"{_ENCODER}:transport",
        "forward": f"{_ENCODER}:forward",
        "reverse": f"{_ENCODER}:reverse",
        "gold": "xlalign.alignment.given:GoldLinks",
        "fast_align": f"{_EXTERNAL}.fast_align:FastAlign",
        "eflomal": f"{_EXTERNAL}.eflomal:Eflomal",
        "simalign": f"{_EXTERNAL}.simalign:SimAlign",
    },
    "xlalign.aligners",
)
"""Every aligner: name -> (settings, encoder) -> aligner."""
