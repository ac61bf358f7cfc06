"""Chunk F1 (UD-POS and PAN-X as the benchmark scores them) by the two rules that published scores rest on.

The first letter of a tag is its place (B, I, E, S, O) and the rest its type. Tags without a prefix go through
the same rule, which is why a "chunk F1" exists for parts of speech: equal neighbours merge into one chunk.

- `legacy`: the type is what follows the last hyphen, or the whole tag (seqeval up to 0.0.13; XTREME's numbers);
- `current`: the first letter is dropped, then what follows the first hyphen (seqeval 0.0.18 and later): CCONJ
  and SCONJ have one type and confusing them costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from xlalign.errors import DataError
from xlalign.evaluation.metrics.scoring import (
    ChunkRule,
    ItemStatistics,
    MetricScores,
    Scorer,
    check_lengths,
    f1_of_counts,
    set_scores,
)

Tags = Sequence[Sequence[str]]
Chunk = tuple[str, int, int]


def _legacy_type(tag: str) -> str:
    return tag.rpartition("-")[2]


def _current_type(tag: str) -> str:
    rest = tag[1:]
    return (rest.partition("-")[2] if "-" in rest else rest) or "_"


_TYPE: dict[ChunkRule, Callable[[str], str]] = {"legacy": _legacy_type, "current": _current_type}


def chunks(sentences: Iterable[Sequence[str]], rule: ChunkRule) -> set[Chunk]:
    """All chunks of a corpus as (type, first, last), positions counted over the whole corpus.

    An O closes each sentence, so a chunk never crosses into the next one.
    """
    type_of = _TYPE[rule]
    found: set[Chunk] = set()
    # B-PER I-PER | O B-LOC has the flat places 0 1 (2) 3 4 (5), those in brackets the O that closes a sentence: the
    # chunks are (PER, 0, 1) and (LOC, 4, 4). A chunk is noticed at the tag behind it, whose place is one more than its
    # last.
    start, place_before, type_before = 0, "O", ""
    position = -1
    for position, tag in enumerate(_flat(sentences)):
        place, kind = tag[0], type_of(tag)
        if _ends(place_before, place, type_before, kind):
            found.add((type_before, start, position - 1))
        if _starts(place_before, place, type_before, kind):
            start = position
        place_before, type_before = place, kind
    return found


def _flat(sentences: Iterable[Sequence[str]]) -> Iterable[str]:
    for sentence in sentences:
        yield from sentence
        yield "O"


def _ends(before: str, place: str, type_before: str, kind: str) -> bool:
    """Whether the chunk that holds the tag before ends there."""
    # S-LOC and E-LOC close themselves; B-PER before B-PER are two chunks, as are I-PER before O.
    if before in "ES" or (before in "BI" and place in "BSO"):
        return True
    # Otherwise only another type ends it: I-PER I-LOC are two chunks though no B says so.
    return before not in "O." and type_before != kind


def _starts(before: str, place: str, type_before: str, kind: str) -> bool:
    """Whether a chunk starts with this tag."""
    if place in "BS" or (before in "ESO" and place in "EI"):
        return True
    return place not in "O." and type_before != kind


def chunk_f1(gold: Tags, predicted: Tags, rule: ChunkRule = "legacy") -> MetricScores:
    """Micro-averaged precision, recall and F1 of chunks, in percent; 0 where nothing was found.

    Raises:
        DataError: the sentences or their lengths differ.
    """
    check_tags(gold, predicted)
    wanted, found = chunks(gold, rule), chunks(predicted, rule)
    return set_scores(len(wanted & found), len(found), len(wanted))


def token_accuracy(gold: Tags, predicted: Tags) -> MetricScores:
    """Percentage of tokens with the right tag."""
    check_tags(gold, predicted)
    tokens = sum(map(len, gold))
    right = sum(g == p for one, other in zip(gold, predicted, strict=True) for g, p in zip(one, other, strict=True))
    return {"accuracy": 100.0 * right / tokens if tokens else 0.0}


def check_tags(gold: Tags, predicted: Tags) -> None:
    """Refuse predictions whose sentences do not have the lengths of the gold ones."""
    check_lengths(len(gold), len(predicted), "sentences")
    for number, (one, other) in enumerate(zip(gold, predicted, strict=True), 1):
        if len(one) != len(other):
            raise DataError(f"sentence {number}: {len(other)} predicted tags for {len(one)} words; wanted one each")


def _tagging(gold: Tags, predicted: Tags, lang: str, rule: ChunkRule) -> MetricScores:
    return {**chunk_f1(gold, predicted, rule), **token_accuracy(gold, predicted)}


def _chunk_counts(gold: Tags, predicted: Tags, lang: str, rule: ChunkRule) -> list[ItemStatistics]:
    pairs = ((chunks([one], rule), chunks([other], rule)) for one, other in zip(gold, predicted, strict=True))
    return [(len(wanted & found), len(found), len(wanted)) for wanted, found in pairs]


CHUNK_F1 = Scorer(_tagging, _chunk_counts, f1_of_counts, ("f1",), beside=("accuracy",), by_rule=True)
