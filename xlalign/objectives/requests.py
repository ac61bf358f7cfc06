"""What objectives ask for: typed requests that the data planner serves, each with an answer of its own.

An objective's options return their requests; `batch.answer(request)` gives an objective what it asked for. Two equal
requests share one answer, two different ones (two teachers, two dictionaries, two momenta) have one each. What cannot
be served is refused with the reason when the recipe is read, before anything runs.

Light: the types of the answers are for the type checker only, so that a plan imports no torch.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from torch import Tensor  # noqa: F401  (named in quotes, which ruff does not read)

    from xlalign.objectives.views import DictionaryRows, Mask, SpanTokens, WordPairs  # noqa: F401


Need = Literal["pairs", "mono", "links", "dictionary"]
Side = Literal["source", "target"]
Pooling = Literal["cls", "mean", "content", "last"]
A = TypeVar("A")

PAIR_VIEWS: dict[str, tuple[str, ...]] = {
    "source": ("source",),
    "target": ("target",),
    "concat": ("source", "target"),
    "romanised": ("romanised",),
    "concat-romanised": ("source", "romanised"),
    "mixed-source": ("source",),
    "mixed-target": ("target",),
}
"""Views of a pair: which texts a row is made of. `mixed` rows join the same side of two pairs."""

SWITCHED = "mono-switched"
MONO_VIEWS = ("mono", SWITCHED)
"""Views of a document: as it is, and with words replaced by translations."""


class DataRequest(Generic[A]):
    """A request whose answer is an A; equal requests are one. Most are answered once a batch."""

    @property
    def needs(self) -> AbstractSet[Need]:
        """The kinds of data that the answer is made of."""
        return set()

    def refusal(self) -> str:
        """Why nobody can serve this; empty where it can be, and a request that the planner knows says so."""
        return f"nothing serves the request {type(self).__name__}"


@dataclass(frozen=True)
class Momentum:
    """A momentum copy of the encoder: after each step slow <- rate * slow + (1 - rate) * fast."""

    rate: float


Model = Literal["query", "label", "init"] | Momentum
"""Who encodes: the encoder in training; the same without dropout and gradient; as it was at the start; a copy."""


@dataclass(frozen=True)
class Dictionary(DataRequest["DictionaryRows"]):
    """Entries of the dictionary as token ids.

    Attributes:
        sample: entries drawn for each step; 0 = all.
        single_piece_only: leave out entries with several pieces.
    """

    sample: int = 0
    single_piece_only: bool = False

    @property
    def needs(self) -> AbstractSet[Need]:
        """What it is made of."""
        return {"dictionary"}

    def refusal(self) -> str:
        """Never."""
        return ""


@dataclass(frozen=True)
class EntryView:
    """The view in which each row is one side of an entry of a dictionary, on its own."""

    dictionary: Dictionary
    side: Side


ViewName = str | EntryView


@dataclass(frozen=True)
class Pass(DataRequest[None]):
    """One encoding of one view; answered by `Encodings.hidden` with the same four values.

    Attributes:
        view: one of PAIR_VIEWS, MONO_VIEWS, or the entries of a dictionary.
        masked: the masked form.
        attend: full, or cross for masked tokens that see the other sentence only.
        model: who encodes.
    """

    view: ViewName
    masked: bool = False
    attend: Literal["full", "cross"] = "full"
    model: Model = "query"

    @property
    def needs(self) -> AbstractSet[Need]:
        """What it is made of."""
        if isinstance(self.view, EntryView):
            return {"dictionary"}
        found: set[Need] = {"mono" if self.view in MONO_VIEWS else "pairs"}
        return found | {"dictionary"} if self.view == SWITCHED else found

    def refusal(self) -> str:
        """An unknown view, or entries that would be masked."""
        if isinstance(self.view, EntryView):
            return "dictionary entries have no masked form" if self.masked else ""
        known = (*PAIR_VIEWS, *MONO_VIEWS)
        return "" if self.view in known else f"there is no view `{self.view}`; known: {', '.join(sorted(known))}"

    @property
    def cost(self) -> float:
        """Sentences encoded for one example; without a backward pass each counts one third."""
        if isinstance(self.view, EntryView):
            sentences = 0.1
        else:
            double = self.view in MONO_VIEWS or self.view.startswith("mixed")
            sentences = 2 if double else len(PAIR_VIEWS[self.view])
        # A backward pass takes twice a forward one, so without it a third is left.
        return sentences if self.model == "query" else sentences / 3


@dataclass(frozen=True)
class Layers(DataRequest[None]):
    """Layers that are read of every encoding: 0 = embeddings, -1 = last.

    Attributes:
        option: the option that names them, for messages.
        numbers: the layers; None = all.
    """

    option: str
    numbers: tuple[int, ...] | None

    def refusal(self) -> str:
        """Never."""
        return ""


@dataclass(frozen=True)
class OutputLayer(DataRequest[None]):
    """The encoder's own output layer over the vocabulary, which an encoder saved without its head lacks.

    Attributes:
        predicts: masked tokens, or of each token the next one, which only a model that looks back can be asked for.
    """

    predicts: Literal["masked", "next"] = "masked"

    def refusal(self) -> str:
        """Never."""
        return ""


@dataclass(frozen=True)
class BatchLinks(DataRequest["WordPairs"]):
    """All word links of the pairs of a batch."""

    @property
    def needs(self) -> AbstractSet[Need]:
        """What it is made of."""
        return {"pairs", "links"}

    def refusal(self) -> str:
        """Never."""
        return ""


@dataclass(frozen=True)
class Span(DataRequest["SpanTokens"]):
    """The tokens of one linked word of each pair, drawn anew each epoch: the same link for both sides."""

    view: str

    @property
    def needs(self) -> AbstractSet[Need]:
        """What it is made of."""
        return {"pairs", "links"}

    def refusal(self) -> str:
        """Only the two sides of a pair have spans."""
        return "" if self.view in ("source", "target") else f"a word span is of source or target, not `{self.view}`"


@dataclass(frozen=True)
class Labels(DataRequest["Mask"]):
    """The mask of a view with other labels.

    Attributes:
        view: a view that is read masked.
        by: "dictionary", a token's one-token translation; "links", the first token of the word it is linked to.
    """

    view: str
    by: Literal["dictionary", "links"]

    @property
    def needs(self) -> AbstractSet[Need]:
        """What it is made of."""
        return {"mono", "dictionary"} if self.by == "dictionary" else {"pairs", "links"}

    def refusal(self) -> str:
        """Translations are for documents, linked words for rows that hold both sides."""
        wanted = "mono" if self.by == "dictionary" else "concat"
        return "" if self.view == wanted else f"labels by {self.by} exist for the view {wanted}, not `{self.view}`"


@dataclass(frozen=True)
class Teacher(DataRequest["Tensor"]):
    """A frozen encoder's vector (B, P) of each pair's source text.

    Attributes:
        source: `init` (the encoder as it starts), a model directory or a hub id.
        layer: layer that is pooled.
        pooling: how.
        prompt: what is put before each text; None = what the encoder says itself.
    """

    source: str
    layer: int = -1
    pooling: Pooling = "mean"
    prompt: str | None = None

    @property
    def needs(self) -> AbstractSet[Need]:
        """What it is made of."""
        return {"pairs"}

    def refusal(self) -> str:
        """Never."""
        return ""
