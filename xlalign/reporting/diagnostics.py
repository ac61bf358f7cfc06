"""Diagnostics of encoders as tables, and alignment against transfer as points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from xlalign.evaluation.diagnostics.record import Diagnostics, PointDiagnostics
from xlalign.evaluation.tasks.languages import ENGLISH
from xlalign.reporting.data import Dot, Transfer
from xlalign.reporting.results import Evaluated, task_title
from xlalign.reporting.table import Cell, Column, Table, TableRow, row, without_empty_columns

Models = Mapping[str, Diagnostics]

_MEASURES: tuple[tuple[str, str, float], ...] = (
    ("margin", "margin", 100),
    ("AUC", "auc", 100),
    ("hubness", "hubness", 1),
    ("CKA", "cka", 100),
    ("dCKA", "debiased_cka", 100),
    ("cosine", "cosine", 100),
    ("rank", "effective_rank", 1),
    ("probe", "language_probe", 1),
)
"""Heading, field, factor."""


def sentence_table(models: Models) -> Table:
    """Every layer of every model with mean pooling: retrieval both ways, geometry, languages told apart."""
    return without_empty_columns(
        Table(
            name="diagnostics-layers",
            caption="Sentence vectors by layer (mean of the tokens)",
            columns=(
                Column(name="model"),
                Column(name="layer", kind="count"),
                *(Column(name=name, kind="score") for name in ("en→x", "x→en", *(m[0] for m in _MEASURES), "words")),
            ),
            rows=tuple(
                _layer(name, layer, point, found)
                for name, found in models.items()
                for layer, point in found.layers().items()
            ),
            notes=(
                "en→x, x→en: translation found (%), mean over the languages. margin: ratio margin of true pairs x 100, "
                "AUC: true pairs nearer than random ones (%). hubness: skewness of 4-occurrences. CKA x 100; "
                "dCKA: without its bias. "
                "cosine: mean of random pairs x 100 (0 = isotropic). rank: effective rank. probe: languages told apart "
                "by a linear probe (%, lower = more neutral). words: linked word found among all of the sample (%).",
            ),
        )
    )


def word_table(models: Models) -> Table:
    """Static word alignment and what the tokeniser does, by language."""
    languages = list(dict.fromkeys(lang for found in models.values() for lang in found.fertility))
    rows = [row_ for name, found in models.items() for row_ in _words(name, found, languages)]
    return without_empty_columns(
        Table(
            name="diagnostics-words",
            caption="Word alignment and tokeniser by language",
            columns=(Column(name="model"), *(Column(name=lang, kind="score") for lang in languages)),
            rows=tuple(rows),
            notes=(
                "static: words whose nearest neighbour by input embeddings is one they are linked to (%, ALIGN-MLM's "
                "score); in context: the same among all words of the sample, at the layer best over all languages. "
                "Fertility: pieces a word; cut: words of several pieces (%); unknown: pieces without a meaning (%).",
            ),
        )
    )


def _layer(name: str, layer: int, point: PointDiagnostics, found: Diagnostics) -> TableRow:
    retrieved = [fmean(point.from_english.values()), fmean(point.to_english.values())]
    words = fmean(values[layer] for values in found.contextual.values()) if found.contextual else None
    geometry = [factor * getattr(point, key) for _, key, factor in _MEASURES]
    return row(name, [Cell(value=layer), *(Cell(value=value) for value in (*retrieved, *geometry, words))])


def _words(name: str, found: Diagnostics, languages: Sequence[str]) -> list[TableRow]:
    fertility = {lang: found.fertility.get(lang) for lang in languages}
    kinds: dict[str, dict[str, float | None]] = {
        "static": dict(found.static),
        "in context": dict(found.best_contextual()),
        "fertility": {lang: three and three[0] for lang, three in fertility.items()},
        "cut": {lang: three and 100 * three[1] for lang, three in fertility.items()},
        "unknown": {lang: three and 100 * three[2] for lang, three in fertility.items()},
    }
    return [
        row(f"{name} {kind}", [Cell(value=values.get(lang)) for lang in languages], rule=number == 0)
        for number, (kind, values) in enumerate(kinds.items())
        if values
    ]


def transfer(models: Models, task: str, results: Evaluated) -> Transfer | None:
    """Word alignment in context against the transfer gap on a task; None without points to compare."""
    from xlalign.evaluation.correlation import FEWEST, alignment_and_transfer

    scores = {
        model: {lang: score.mean for lang, score in entry.languages.items()}
        for model, entry in results.tasks[task].models.items()
    }
    alignment = {model: found.best_contextual() for model, found in models.items()}
    points = tuple(
        Dot(model=model, lang=lang, x=value, y=scores[model][ENGLISH] - scores[model][lang])
        for model, languages in alignment.items()
        for lang, value in languages.items()
        if ENGLISH in scores.get(model, {}) and lang in scores[model]
    )
    if not points:
        return None
    labels = "word alignment in context (%)", f"transfer gap on {task_title(results, task)} (points)"
    if len(points) < FEWEST:
        said = f"{len(points)} points: too few for a rank correlation."
    else:
        rho = alignment_and_transfer(alignment, scores)
        said = (
            f"Spearman's rho {rho.rho:.2f} (95 % interval {rho.low:.2f} to {rho.high:.2f}, permutation p {rho.p:.3f}) "
            f"over {rho.points} points of model and language; negative: better aligned, smaller gap."
        )
    return Transfer(points=points, labels=labels, sentence=said)
