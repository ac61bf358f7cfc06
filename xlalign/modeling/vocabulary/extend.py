"""New pieces for a language that a vocabulary splits badly, learned by the vocabulary's own algorithm on its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from xlalign.config import Settings
from xlalign.errors import DataError
from xlalign.modeling.scratch import SPECIALS, train_sentencepiece
from xlalign.modeling.vocabulary.merges import Merge, learn_merges
from xlalign.modeling.vocabulary.table import PieceTable
from xlalign.modeling.vocabulary.trim import SPACE
from xlalign.modeling.vocabulary.usage import count


class AddSettings(Settings):
    """How many pieces a language gets."""

    pieces: int = Field(5000, ge=1, description="pieces to learn; those that the vocabulary has already are not added")
    minimum_count: int = Field(5, ge=1, description="least number of times that a new piece is used in the text")


def with_new_pieces(table: PieceTable, sentences: Sequence[str], add: AddSettings) -> PieceTable:
    """The vocabulary with new pieces behind the old ones, whose ids stay.

    Unigram: a vocabulary is trained on the text; what the old one lacks is added, with scores on the old one's scale.
    BPE and WordPiece: merges go on where the old ones stopped, so every new piece is made of old ones.

    Raises:
        DataError: there is no text, or nothing to add.
    """
    if not sentences:
        raise DataError("no text of the new language", "`languages` names it, and `bitext` or `text` holds it")
    if table.algorithm == "Unigram":
        longer = _with_unigrams(table, sentences, add)
    else:
        longer = _with_merges(_with_characters(table, sentences, add.minimum_count), sentences, add)
    if longer.size == table.size:
        raise DataError("the text shows no piece that the vocabulary lacks", "raise `add.pieces`, or give more text")
    return longer


def _with_characters(table: PieceTable, sentences: Iterable[str], minimum: int) -> PieceTable:
    """First the characters that occur often and are no pieces; byte-level vocabularies lack none.

    In WordPiece a character inside a word is another piece than at its beginning: "ab" needs "a" and "##b".
    """
    counts: Counter[str] = Counter()
    for word, times in _words(table, sentences).items():
        for place, char in enumerate(word):
            counts[table.inner_prefix + char if place else char] += times
    lacking = sorted(piece for piece, times in counts.items() if times >= minimum and piece not in table.pieces)
    return table.extended(dict.fromkeys(lacking, 0.0)) if lacking else table


def _with_unigrams(table: PieceTable, sentences: Sequence[str], add: AddSettings) -> PieceTable:
    normalised = [text for text in map(_normaliser(table), sentences) if text]
    characters = len(set().union(*normalised))  # each is a piece of a Unigram vocabulary
    trained = train_sentencepiece(normalised, len(SPECIALS) + characters + add.pieces, "unigram")
    numbers = range(len(SPECIALS), trained.get_piece_size())
    scores = {trained.id_to_piece(number): trained.get_score(number) for number in numbers}
    new = rescaled(scores, table.scores)
    used = _used(table.extended(new), sentences, add.minimum_count)
    # A character that others cover here still has to cover what comes.
    return table.extended({piece: score for piece, score in new.items() if piece in used or len(piece) == 1})


def rescaled(trained: dict[str, float], known: dict[str, float]) -> dict[str, float]:
    """The new pieces of a trained Unigram vocabulary with scores that can compete with those of the known pieces.

    Log probabilities of a vocabulary of many languages are lower than those of one language alone, by about the log
    of its share of the text. That share is what the pieces of both say, each by its frequency in the new text:

        trained a -1, b -2, ab -2;  known a -6, b -7:  both differ by -5, so the new piece ab gets -7, and wins
        over a b, which costs -13. With -2 it would take the place of pieces of all other languages too.

    No score is below the worst known one: it fixes what unknown text costs.
    """
    both = [piece for piece in trained if piece in known]
    weights = np.exp([trained[piece] for piece in both])
    differences = np.array([known[piece] - trained[piece] for piece in both])
    shift = float(weights @ differences / weights.sum()) if both else 0.0
    least = min(known.values())
    return {piece: max(score + shift, least) for piece, score in trained.items() if piece not in known}


def _with_merges(table: PieceTable, sentences: Sequence[str], add: AddSettings) -> PieceTable:
    """Continue byte-pair merges on the words as the old pieces cut them."""
    backend, prefix = table.backend(), table.inner_prefix
    words: Counter[tuple[str, ...]] = Counter()
    for word, times in _words(table, sentences).items():
        for run in _runs(backend.model.tokenize(word), table):
            words[run] += times
    learned = learn_merges(words, add.pieces, add.minimum_count, lambda a, b: a + b.removeprefix(prefix))
    new = dict.fromkeys((result for _, result in learned if result not in table.pieces), 0.0)
    if table.algorithm == "BPE":
        merges: list[Merge] = [pair for pair, _ in learned]
        return table.extended(new, merges)
    used = _used(table.extended(new), sentences, add.minimum_count)
    return table.extended({piece: 0.0 for piece in new if piece in used})


def _runs(tokens: Sequence[Any], table: PieceTable) -> Iterable[tuple[str, ...]]:
    """The runs of a word's pieces that can be joined: without bytes and unknown pieces."""
    run: list[str] = []
    for token in tokens:
        if token.id == table.unknown or token.value.startswith("<0x"):
            yield tuple(run)
            run = []
        else:
            run.append(token.value)
    yield tuple(run)


def _used(table: PieceTable, sentences: Iterable[str], minimum: int) -> set[str]:
    """The pieces that occur so often when the text is cut by `table`."""
    counts = count(table, (("", sentence) for sentence in sentences))[""].counts
    return {piece for piece, number in table.pieces.items() if counts[number] >= minimum}


def _words(table: PieceTable, sentences: Iterable[str]) -> Counter[str]:
    """What the algorithm cuts one at a time -> how often it occurs, in the characters of the pieces.

    Vocabularies without a pre-tokenizer (Gemma) cut whole sentences, in which no piece holds the beginning of a word
    behind another character; new ones shall not either.
    """
    backend, normalise = table.backend(), _normaliser(table)
    found: Counter[str] = Counter()
    for sentence in sentences:
        text = normalise(sentence)
        parts = [part for part, _ in backend.pre_tokenizer.pre_tokenize_str(text)] if backend.pre_tokenizer else [text]
        for part in parts:
            found.update(word for word in part.replace(SPACE, f"\n{SPACE}").split("\n") if word)
    return found


def _normaliser(table: PieceTable) -> Any:
    normalizer = table.backend().normalizer
    return normalizer.normalize_str if normalizer else str
