"""CoNLL-U -> words and UPOS tags, prepared as the benchmark prepares them.

A multi-word token ("zum") is one word and takes the tag of its part that stands highest in the tree; among
equally high parts the earliest in a fixed order of tags wins. Zero-width non-joiners and inner spaces go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from xlalign.errors import DataError, shown
from xlalign.evaluation.data.text import read_lines
from xlalign.evaluation.tasks.languages import codes

_COLUMNS = 10
_ORDER = codes("VERB NOUN PROPN PRON ADJ NUM ADV INTJ AUX ADP DET PART CCONJ SCONJ X PUNCT")
_ORDERS = {
    "es": codes("VERB AUX PRON ADP DET"),
    "fr": codes("VERB AUX PRON NOUN ADJ ADV ADP DET PART SCONJ CONJ"),
    "it": codes("VERB AUX ADV PRON ADP DET INTJ"),
}


class _ConlluToken(NamedTuple):
    form: str
    tag: str
    head: int


def read_conllu(path: Path, lang: str, labels: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Sentences of a treebank as (words, tags); a treebank without text ("_") gives none.

    Raises:
        DataError: a line does not have ten columns, or its tag is unknown.
    """
    for lines in _blocks(path):
        tokens, spans = _sentence(path, lines, labels)
        merged = list(_merge(tokens, spans, lang))
        words = [clean(form) for form, _ in merged]
        if words and set(words) != {"_"}:
            yield words, [tag for _, tag in merged]


def clean(form: str) -> str:
    """A word without inner spaces and zero-width non-joiners."""
    return form.replace("\u200c", "").replace(" ", "").replace("\u00a0", "") or "_"


def _blocks(path: Path) -> Iterator[list[tuple[int, list[str]]]]:
    block: list[tuple[int, list[str]]] = []
    for number, line in enumerate([*read_lines(path), ""], 1):
        if line.strip():
            if not line.startswith("#"):
                block.append((number, line.split("\t")))
        elif block:
            yield block
            block = []


def _sentence(
    path: Path, lines: list[tuple[int, list[str]]], labels: Sequence[str]
) -> tuple[dict[int, _ConlluToken], dict[int, tuple[int, str]]]:
    """Tokens by number, and {first: (last, form)} of the multi-word tokens."""
    tokens: dict[int, _ConlluToken] = {}
    spans: dict[int, tuple[int, str]] = {}
    for number, fields in lines:
        if len(fields) != _COLUMNS:
            raise DataError(f"{path}:{number}: {len(fields)} columns; CoNLL-U has {_COLUMNS}, separated by tabs")
        key, form, tag, head = fields[0], fields[1], fields[3], fields[6]
        # 8.1 is an elided word: it stands in no text.
        if "." in key:
            continue
        if "-" in key:
            spans[int(key.partition("-")[0])] = (_end_of_span(f"{path}:{number}", key, len(lines)), form)
            continue
        if labels and tag not in labels:
            raise DataError(f"{path}:{number}: UPOS tag `{shown(tag)}`; wanted one of {', '.join(labels)}")
        tokens[_number(f"{path}:{number}", key)] = _ConlluToken(form, tag, int(head) if _is_number(head) else 0)
    for first, (last, form) in spans.items():
        if missing := [each for each in range(first, last + 1) if each not in tokens]:
            raise DataError(f"{path}:{lines[0][0]}: `{shown(form)}` ({first}-{last}) lacks token {missing[0]}")
    return tokens, spans


def _is_number(text: str) -> bool:
    """Not `isdigit`: `int` knows no superscripts, and no text of more than 4,300 digits."""
    return text.isdecimal() and len(text) < 10


def _number(place: str, key: str) -> int:
    if not _is_number(key):
        raise DataError(f"{place}: token number `{shown(key)}`", "wanted: 1, 2, ...; 3-4 for a multi-word token")
    return int(key)


def _end_of_span(place: str, key: str, lines: int) -> int:
    """The last token of a multi-word token such as `3-4`, which lies in its sentence: `1-10000000` would never end."""
    first, _, last = key.partition("-")
    if not (_is_number(first) and _is_number(last) and int(first) <= int(last) <= lines):
        raise DataError(f"{place}: multi-word token `{shown(key)}` in a sentence of {lines} lines")
    return int(last)


def _merge(tokens: dict[int, _ConlluToken], spans: dict[int, tuple[int, str]], lang: str) -> Iterator[tuple[str, str]]:
    inside = 0
    for number, token in tokens.items():
        # 3-4 "zum", 3 "zu", 4 "dem": at 3 the span is yielded, and 4 lies inside it.
        if number <= inside:
            continue
        if number in spans:
            inside, form = spans[number]
            yield form, _tag_of_span(tokens, range(number, inside + 1), lang)
        else:
            yield token.form, token.tag


def _tag_of_span(tokens: dict[int, _ConlluToken], span: range, lang: str) -> str:
    order = _ORDERS.get(lang, _ORDER)
    depth = {number: _depth(tokens, number) for number in span}
    # "dámelo": da is the root (depth 1), me and lo hang on it (2), so the word has the tag of da, a VERB.
    highest = [tokens[number].tag for number in span if depth[number] == min(depth.values())]
    return min(highest, key=lambda tag: order.index(tag) if tag in order else len(order))


def _depth(tokens: dict[int, _ConlluToken], number: int) -> int:
    seen: set[int] = set()
    while number in tokens and number not in seen:
        seen.add(number)
        number = tokens[number].head
    return len(seen)
