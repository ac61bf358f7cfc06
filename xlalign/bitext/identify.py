"""Which language a sentence is in, for thousands of sentences at once.

The model is py3langid's naive Bayes over byte n-grams. Its automaton is walked with NumPy over all sentences in
parallel, one byte a step, where py3langid walks it in Python sentence by sentence; the scores are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from xlalign.bitext import languages

MAX_BYTES = 400
"""Bytes of a sentence that are looked at: more does not change the answer."""

COMMON = ("en", "de", "fr", "es", "it", "pt", "ru", "zh", "nl", "pl", "tr", "id", "fi", "hu", "cs", "ro", "vi", "sv")
"""Always among the candidates: what else a corpus most often holds."""

_ALIASES = {"nb": "no", "nn": "no", "fil": "tl", "yue": "zh"}

Floats = npt.NDArray[np.float32]


class LangidModel(NamedTuple):
    """py3langid's automaton and table.

    Attributes:
        moves, rows: next state = moves[256 * rows[state] + byte].
        outputs: feature that a state emits, -1 for none.
        weights: log probability of each feature in each label, (features, labels).
        priors: of each label.
        labels: language codes; some have two columns.
    """

    moves: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    outputs: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float16]
    priors: npt.NDArray[np.float32]
    labels: list[str]


@cache
def model() -> LangidModel:
    """The model inside the py3langid package."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    loaded: Any = LanguageIdentifier.from_model_file(MODEL_FILE)
    rows = np.asarray(loaded.tk_row, dtype=np.int64) << 8
    outputs = np.asarray(loaded.tk_output, dtype=np.int64)
    return LangidModel(
        np.asarray(loaded.tk_nextmove), rows, outputs, loaded.nb_ptc, loaded.nb_pc, list(loaded.nb_classes)
    )


@lru_cache(maxsize=4)  # 8 MB each, and a run may have sixty language pairs
def identifier(codes: tuple[str, str]) -> Identifier:
    """The identifier for text in two languages: these, what is confused with them, and common languages."""
    known = set(model().labels)
    near = [other for code in codes if code in languages.table() for other in languages.get(code).near]
    wanted = [_ALIASES.get(code, code) for code in (*codes, *near, *COMMON)]
    return Identifier(tuple(dict.fromkeys(code for code in wanted if code in known)))


class Identifier:
    """Tells some languages apart.

    Args:
        codes: the candidates.
    """

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.languages = codes
        columns = [i for i, label in enumerate(model().labels) if label in codes]
        self._owners = np.array([codes.index(model().labels[i]) for i in columns])
        self._weights = model().weights[:, columns].astype(np.float32)
        self._priors = model().priors[columns]

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """The probability of every candidate for each of N sentences, (N, candidates).

        A softmax whose temperature is the square root of the bytes, as py3langid calibrates it; a sentence without
        any known n-gram gets the same for all.
        """
        encoded = [_bytes(text) for text in texts]
        scores, known = self._scores(encoded)
        lengths = np.array([max(1, len(data)) for data in encoded], dtype=np.float64)
        tempered = scores / np.sqrt(lengths)[:, None]
        odds = np.exp(tempered - tempered.max(axis=1, keepdims=True))
        merged = np.zeros((len(texts), len(self.languages)))
        for column, owner in enumerate(self._owners.tolist()):
            merged[:, owner] += odds[:, column]
        merged[~known] = 1
        return np.asarray(merged / merged.sum(axis=1, keepdims=True))

    def _scores(self, encoded: list[bytes]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Log probabilities, (N, columns), and whether a sentence has any feature, (N,)."""
        rows, features, counts = _features(encoded)
        scores = np.tile(self._priors, (len(encoded), 1)).astype(np.float32)
        known = np.zeros(len(encoded), dtype=np.bool_)
        if len(rows):
            first = np.flatnonzero(np.diff(rows, prepend=-1))
            weighted = self._weights[features] * np.log1p(counts.astype(np.float32))[:, None]
            scores[rows[first]] += np.add.reduceat(weighted, first, axis=0)
            known[rows[first]] = True
        return scores, known


def _bytes(text: str) -> bytes:
    return (text.lower() if text.isupper() else text).encode()[:MAX_BYTES]


def _features(encoded: list[bytes]) -> tuple[npt.NDArray[np.int64], ...]:
    """Every (sentence, feature) with its count, sorted by sentence."""
    found = model()
    lengths = np.array([len(data) for data in encoded], dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")
    joined = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    starts = (np.cumsum(lengths) - lengths)[order]
    state = np.zeros(len(encoded), dtype=np.int64)
    keys: list[npt.NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    offsets = order * len(found.weights)
    # Longest first, so that at each step the sentences that still have a byte are the first `size`: no mask is needed.
    for step in range(int(lengths.max(initial=0))):
        size = int(np.count_nonzero(lengths > step))
        state = found.moves[found.rows[state[:size]] + joined[starts[:size] + step]]
        emitted = found.outputs[state]
        hit = np.flatnonzero(emitted >= 0)
        keys.append(offsets[hit] + emitted[hit])
    unique, counts = np.unique(np.concatenate(keys), return_counts=True)
    return unique // len(found.weights), unique % len(found.weights), counts
