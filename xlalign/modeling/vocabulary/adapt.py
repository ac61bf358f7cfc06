"""A model folder and text in, the same model with another vocabulary out, and a report of what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xlalign import progress
from xlalign.files import write_json
from xlalign.modeling.vocabulary import rows as model_rows
from xlalign.modeling.vocabulary.extend import AddSettings, with_new_pieces
from xlalign.modeling.vocabulary.initialisation.base import Extension, Initialisation
from xlalign.modeling.vocabulary.table import PieceTable
from xlalign.modeling.vocabulary.text import TextSources
from xlalign.modeling.vocabulary.trim import KeepSettings, kept_ids
from xlalign.modeling.vocabulary.usage import Comparison, compare, count

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Report = dict[str, Any]
REPORT = "vocabulary.json"
PAIRS = 200_000
"""Sentence pairs, and sentences of each language, that an initialisation learns from at most."""


def trim_model(source: Path, text: TextSources, keep: KeepSettings, out: Path) -> Report:
    """Keep the pieces that the text uses.

    Args:
        source: a transformers folder.
        text: what the pieces are counted in.
        keep: how much use is enough.
        out: receives the model, and `vocabulary.json`.

    Returns:
        The report: pieces and parameters before and after, and for each language how finely it is cut.

    Raises:
        DataError: there is no text, or the tokenizer cannot be changed.
    """
    loaded = model_rows.load(source)
    model, tokenizer, _ = loaded
    before = PieceTable.of(tokenizer)
    with progress.task("count pieces"):
        usage = count(before, text.sentences())
    first = 1 + (tokenizer.pad_token_id or 0) if model_rows.first_position_follows_padding(model) else 0
    kept = kept_ids(before, usage, keep, first)
    after = before.restricted(kept.tolist())
    parameters = {"before": model_rows.parameters(model)}
    model_rows.replace_rows(model, lambda matrix: matrix[torch.from_numpy(kept)])
    model_rows.renumber_specials(model, {int(old): new for new, old in enumerate(kept)})
    parameters["after"] = model_rows.parameters(model)
    model_rows.save(loaded, after.tokenizer(tokenizer), source, out)
    with progress.task("compare segmentations"):
        compared = compare(before, after, kept, text.sentences())
    return _reported(out, "trim", before, after, parameters, compared)


def extend_model(
    source: Path,
    text: TextSources,
    languages: tuple[str, ...],
    add: AddSettings,
    initialisation: Initialisation,
    out: Path,
    *,
    dictionary: Sequence[tuple[str, str]] = (),
    seed: int = 0,
) -> Report:
    """Give new languages pieces of their own.

    Args:
        source: a transformers folder.
        text: of the new languages, and of known ones where the initialisation learns from them.
        languages: the new ones.
        add: how many pieces.
        initialisation: where their rows begin.
        out: receives the model, and `vocabulary.json`.
        dictionary: (word of a new language, word of a known one).
        seed: of the rows that nothing is known about.

    Returns:
        The report, as of `trim_model`.

    Raises:
        DataError: there is no text of the new languages, or the tokenizer cannot be changed.
    """
    loaded = model_rows.load(source)
    model, tokenizer, _ = loaded
    before = PieceTable.of(tokenizer)
    known = _by_language(text)
    with progress.task("learn pieces"):
        after = with_new_pieces(before, [s for language in languages for s in known.get(language, ())], add)
    extension = Extension(before, after, languages, known, list(islice(text.pairs(), PAIRS)), dictionary)
    with progress.task("initialise rows"):
        weights = initialisation.weights(extension)
    parameters = {"before": model_rows.parameters(model)}
    model_rows.replace_rows(model, lambda old: with_sums(old[: before.size], weights, initialisation, seed))
    parameters["after"] = model_rows.parameters(model)
    model_rows.save(loaded, after.tokenizer(tokenizer), source, out)
    back = np.where(np.arange(after.size) < before.size, np.arange(after.size), -1)
    compared = compare(before, after, back, text.sentences())
    drawn = int(weights.shape[0] - np.count_nonzero(weights.getnnz(axis=1)))
    report = {"initialisation": initialisation.kind, "drawn_at_random": drawn}
    return _reported(out, "extend", before, after, parameters, compared, report)


def with_sums(old: Tensor, weights: csr_matrix, initialisation: Initialisation, seed: int) -> Tensor:
    """The old rows (V, D) and below them the new ones (N, D): weighted sums, or drawn where there are no weights.

    Args:
        old: the matrix.
        weights: (N, V).
        initialisation: says what is summed over.
        seed: of the draws, normal with mean and deviation of each column.
    """
    values = initialisation.source(old).double().numpy()
    new = torch.from_numpy(np.asarray(weights @ values))
    empty = torch.from_numpy(weights.getnnz(axis=1) == 0)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(new.shape, generator=generator, dtype=torch.float64)
    drawn = old.double().mean(0) + noise * old.double().std(0)
    new[empty] = drawn[empty]
    return torch.cat([old, new.to(old.dtype)])


def _by_language(text: TextSources) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for language, sentence in text.sentences():
        if len(found[language]) < PAIRS:
            found[language].append(sentence)
    return dict(found)


def _reported(
    out: Path,
    method: str,
    before: PieceTable,
    after: PieceTable,
    parameters: Mapping[str, int],
    compared: Mapping[str, Comparison],
    more: Mapping[str, Any] | None = None,
) -> Report:
    languages = {
        language: {
            "sentences": found.before.sentences,
            "changed": found.changed,
            "before": found.before.summary(before.unknown),
            "after": found.after.summary(after.unknown),
        }
        for language, found in sorted(compared.items())
    }
    report: Report = {
        "method": method,
        **(more or {}),
        "pieces": {"before": before.size, "after": after.size},
        "parameters": dict(parameters),
        "languages": languages,
    }
    write_json(out / REPORT, report)
    return report
