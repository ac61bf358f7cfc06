"""How the rows of new pieces begin: every way is a weighted sum of old rows, and one file and row of this table."""

from __future__ import annotations

from xlalign.modeling.vocabulary.initialisation.base import Initialisation
from xlalign.registry import Registry

_HERE = "xlalign.modeling.vocabulary.initialisation"
INITIALISATIONS: Registry[type[Initialisation]] = Registry(
    "initialisation of new pieces",
    {
        "mean": f"{_HERE}.mean:MeanOfPieces",
        "random": f"{_HERE}.base:RandomRows",
        "wechsel": f"{_HERE}.wechsel:Wechsel",
        "focus": f"{_HERE}.focus:Focus",
        "ofa": f"{_HERE}.ofa:Ofa",
    },
    "xlalign.initialisations",
)
