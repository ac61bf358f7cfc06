"""Word alignment: links between the words of a sentence and of its translation, and the lexicon they make."""

from __future__ import annotations

from xlalign.alignment.base import AlignerSettings
from xlalign.registry import Registry

_ENCODER = "xlalign.alignment.encoder.settings"
_PROGRAMS = "xlalign.alignment.programs"
ALIGNERS: Registry[type[AlignerSettings]] = Registry(
    "aligner",
    {
        "hmm": "xlalign.alignment.hmm.settings:HmmSettings",
        "hybrid": "xlalign.alignment.hybrid.settings:HybridSettings",
        "argmax": f"{_ENCODER}:ArgmaxSettings",
        "itermax": f"{_ENCODER}:ItermaxSettings",
        "match": f"{_ENCODER}:MatchSettings",
        "softmax": f"{_ENCODER}:SoftmaxSettings",
        "sinkhorn": f"{_ENCODER}:SinkhornSettings",
        "transport": f"{_ENCODER}:TransportSettings",
        "forward": f"{_ENCODER}:ForwardSettings",
        "reverse": f"{_ENCODER}:ReverseSettings",
        "gold": "xlalign.alignment.given:GoldSettings",
        "fast_align": f"{_PROGRAMS}:FastAlignSettings",
        "eflomal": f"{_PROGRAMS}:EflomalSettings",
        "simalign": f"{_PROGRAMS}:SimAlignSettings",
        "thot": "xlalign.alignment.thot:ThotSettings",
    },
    "xlalign.aligners",
)
"""Every aligner: name -> the settings that make it."""
