"""A fast tokenizer as data: its pieces by id, and the tokenizer that has other pieces and is otherwise the same.

The three algorithms keep their pieces differently (`tokenizer.json` of the tokenizers library):

    Unigram    a list of [piece, log probability]; the place in the list is the id
    BPE        piece -> id, and merges in the order in which they were learned
    WordPiece  piece -> id; pieces inside a word begin with "##"

Added tokens (special ones mostly) are matched before the algorithm sees the text. Their ids may lie among those of
the pieces or above them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xlalign.errors import DataError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerBase

Merge = tuple[str, str]
KEPT_ATTRIBUTES = ("model_max_length", "padding_side", "truncation_side", "model_input_names", "chat_template")
ALGORITHMS = ("Unigram", "BPE", "WordPiece")


@dataclass(frozen=True)
class PieceTable:
    """What `tokenizer.json` says.

    Attributes:
        content: the parsed file, never changed in place.
    """

    content: dict[str, Any]

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> PieceTable:
        """The pieces of a fast tokenizer.

        Raises:
            DataError: its algorithm is not one of the three, or is BPE with affixes on the pieces (as CLIP has).
        """
        content = json.loads(tokenizer.backend_tokenizer.to_str()) | {"truncation": None, "padding": None}
        model = content["model"]
        if model["type"] not in ALGORITHMS:
            raise DataError(f"a {model['type']} vocabulary cannot be changed", f"known are {', '.join(ALGORITHMS)}")
        if model["type"] == "BPE" and (model["continuing_subword_prefix"] or model["end_of_word_suffix"]):
            raise DataError("a BPE vocabulary whose pieces carry affixes cannot be changed", "take another encoder")
        return cls(content)

    @property
    def model(self) -> dict[str, Any]:
        """The algorithm and its pieces."""
        found: dict[str, Any] = self.content["model"]
        return found

    @property
    def algorithm(self) -> str:
        """Unigram, BPE or WordPiece."""
        return str(self.model["type"])

    @cached_property
    def pieces(self) -> dict[str, int]:
        """Piece -> id, without the added tokens that the algorithm does not know."""
        if self.algorithm == "Unigram":
            return {piece: number for number, (piece, _) in enumerate(self.model["vocab"])}
        return dict(self.model["vocab"])

    @cached_property
    def scores(self) -> dict[str, float]:
        """Piece -> log probability, of a Unigram vocabulary."""
        return dict(map(tuple, self.model["vocab"]))

    @cached_property
    def merges(self) -> list[Merge]:
        """The merges of a BPE vocabulary, first learned first."""
        found = self.model.get("merges", [])
        pairs = (merge.split(" ") if isinstance(merge, str) else merge for merge in found)
        return [(left, right) for left, right in pairs]

    @cached_property
    def added(self) -> dict[str, int]:
        """Added token -> id."""
        return {token["content"]: token["id"] for token in self.content["added_tokens"]}

    @property
    def size(self) -> int:
        """Least number of embedding rows: the highest id plus one."""
        return 1 + max([*self.pieces.values(), *self.added.values()])

    @property
    def unknown(self) -> int | None:
        """Id of what stands for text that no piece covers; None where every text is covered."""
        if self.algorithm == "Unigram":
            found = self.model["unk_id"]
            return None if found is None else int(found)
        return self.pieces.get(self.model["unk_token"] or "")

    @property
    def inner_prefix(self) -> str:
        """What a WordPiece piece inside a word begins with; empty for the other algorithms."""
        return str(self.model["continuing_subword_prefix"]) if self.algorithm == "WordPiece" else ""

    def backend(self) -> Tokenizer:
        """The tokenizer that the table describes, which neither cuts nor pads."""
        from tokenizers import Tokenizer

        return Tokenizer.from_str(json.dumps(self.content, ensure_ascii=False))

    def restricted(self, kept: Sequence[int]) -> PieceTable:
        """The table with the given ids only, which become 0, 1, 2, ...; merges that make something else are gone.

        Args:
            kept: ascending ids; all added tokens are among them.
        """
        number = {old: new for new, old in enumerate(kept)}
        chosen = {piece: number[old] for piece, old in self.pieces.items() if old in number}
        model = self.model | {"vocab": chosen}
        if self.algorithm == "Unigram":
            model |= {"vocab": [entry for old, entry in enumerate(self.model["vocab"]) if old in number]}
            model |= {"unk_id": None if self.unknown is None else number[self.unknown]}
        if self.algorithm == "BPE":
            model |= {"merges": [list(m) for m in self.merges if {*m, "".join(m)} <= chosen.keys()]}
        added = [token | {"id": number[token["id"]]} for token in self.content["added_tokens"]]
        processor = _renumbered(self.content["post_processor"], number)
        return PieceTable(self.content | {"model": model, "added_tokens": added, "post_processor": processor})

    def extended(self, pieces: Mapping[str, float], merges: Sequence[Merge] = ()) -> PieceTable:
        """The table with new pieces after all others, and merges after all others.

        Args:
            pieces: new piece -> log probability, which only Unigram has a use for, in the order of their ids.
            merges: for BPE.
        """
        # Added tokens above the pieces become entries, or the new pieces would take their ids.
        above = sorted((number, token) for token, number in self.added.items() if token not in self.pieces)
        if self.algorithm == "Unigram":
            least = min(self.scores.values())
            vocabulary = [*self.model["vocab"], *([token, least] for _, token in above)]
            model = self.model | {"vocab": [*vocabulary, *([piece, score] for piece, score in pieces.items())]}
        else:
            known = self.pieces | {token: number for number, token in above}
            new = {piece: self.size + place for place, piece in enumerate(pieces)}
            model = self.model | {"vocab": known | new}
        if self.algorithm == "BPE":
            model |= {"merges": [list(merge) for merge in [*self.merges, *merges]]}
        return PieceTable(self.content | {"model": model})

    def tokenizer(self, like: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
        """The table as a transformers tokenizer with the special tokens and limits of another one.

        The class is the plain fast one: those of families build parts of the tokenizer from their own rules.

        Raises:
            DataError: the library gives a token another id than the table.
        """
        from transformers import PreTrainedTokenizerFast

        backend = self.backend()
        for token, number in {**self.pieces, **self.added}.items():
            if backend.token_to_id(token) != number:
                raise DataError(f"the tokenizer has holes among its ids: `{token}` would not keep its row {number}")
        options = {name: getattr(like, name) for name in KEPT_ATTRIBUTES if getattr(like, name, None) is not None}
        return PreTrainedTokenizerFast(tokenizer_object=backend, **options, **like.special_tokens_map)


def _renumbered(processor: dict[str, Any] | None, number: Mapping[int, int]) -> dict[str, Any] | None:
    """A post-processor, which names special tokens by id, after its ids changed."""
    kind = processor["type"] if processor else ""
    if processor is None or kind not in {"Sequence", "TemplateProcessing", "BertProcessing", "RobertaProcessing"}:
        return processor
    if kind == "Sequence":
        return processor | {"processors": [_renumbered(part, number) for part in processor["processors"]]}
    if kind == "TemplateProcessing":
        tokens = processor["special_tokens"]
        ids = {name: token | {"ids": [number[old] for old in token["ids"]]} for name, token in tokens.items()}
        return processor | {"special_tokens": ids}
    return processor | {end: [processor[end][0], number[processor[end][1]]] for end in ("sep", "cls")}
