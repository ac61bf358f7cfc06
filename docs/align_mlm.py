"""Write docs/results/align-mlm.md from what the cache holds of pipelines/align-mlm-study.toml.

    python docs/align_mlm.py [--cache DIR]

Trains nothing; static alignment is measured on the models here.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from xlalign.artifacts.artifact import Artifact
from xlalign.artifacts.store import Store
from xlalign.evaluation.correlation import spearman
from xlalign.stages.pipeline import builtin_files, load
from xlalign.stages.runner import cached
from xlalign.training.settings import PretrainSettings

PIPELINE, PAGE = "align-mlm-study", Path(__file__).parent / "results" / "align-mlm.md"
PROFILES = (None, "seed2", "seed3")
TRANSFORMS = {"trans": "en_trans", "inv": "en_trans_inv"}
METHODS = {"mlm": "MLM", "xlm": "XLM", "dict": "DICT-MLM", "align": "ALIGN-MLM"}
TASKS = {"xnli": "XNLI", "udpos": "POS"}
# Tang et al. 2022: transfer difference of XNLI and POS, alignment (percent), as in the released plot data.
PUBLISHED = {
    ("mlm", "trans"): (1.5, 0.4, 90.0),
    ("mlm", "inv"): (17.2, 38.5, 0.3),
    ("xlm", "trans"): (-0.2, 0.2, 97.7),
    ("xlm", "inv"): (8.2, 33.2, 85.6),
    ("dict", "trans"): (1.1, 0.3, 95.7),
    ("dict", "inv"): (9.2, 19.0, 64.2),
    ("align", "trans"): (-0.5, 0.1, 98.4),
    ("align", "inv"): (6.7, 3.0, 95.2),
}


class Point(NamedTuple):
    """One model: transfer difference by task, English score by task, alignment on and off the dictionary (percent)."""

    method: str
    transform: str
    seed: int
    difference: dict[str, float]
    english: dict[str, float]
    alignment: tuple[float, float, float]


def points(cache: Path | None) -> Iterator[Point]:
    """Every model whose four cells are in the cache."""
    for seed, profile in enumerate(PROFILES, 1):
        pipeline = load(builtin_files()[PIPELINE], profile=profile)
        found = cached(pipeline.graph(), Store(cache))
        for transform, lang in TRANSFORMS.items():
            for method in METHODS:
                scores = {task: _scores(found, task, f"{method}-{transform}", transform, seed) for task in TASKS}
                settings = pipeline.stages["pretrain"][f"{method}-{transform}"]
                assert isinstance(settings, PretrainSettings)
                if all(scores.values()):
                    yield Point(
                        method,
                        transform,
                        seed,
                        {task: s["bs"]["en"] - s["bz"][lang] for task, s in scores.items()},
                        {task: s["bz"]["en"] for task, s in scores.items()},
                        alignment(found, method, transform, settings.seed),
                    )


def _scores(
    found: dict[str, Artifact], task: str, model: str, transform: str, seed: int
) -> dict[str, dict[str, float]]:
    """The headline scores by language, of BZ and BS; empty when one is missing."""
    cells = {kind: found.get(f"{kind}-{transform}.{task}.{model}.{seed}") for kind in ("bz", "bs")}
    if not all(cells.values()):
        return {}
    results = {k: json.loads((c.data / "result.json").read_text(encoding="utf-8")) for k, c in cells.items() if c}
    return {k: {lang: entry["headline"] for lang, entry in r["languages"].items()} for k, r in results.items()}


def alignment(found: dict[str, Artifact], method: str, transform: str, seed: int) -> tuple[float, float, float]:
    """Share (percent) of English words whose nearest row of the derived language is theirs: all, in and outside the
    half of the dictionary that this seed draws."""
    from xlalign.bitext import corpus
    from xlalign.evaluation.diagnostics.words import static_accuracy
    from xlalign.modeling import encoder, loading
    from xlalign.training.dictionary import read_entries

    model, tokenizer = loading.load(found[f"{method}-{transform}"].data)
    pairs = [pair for rows in corpus.read_gold(found[transform].data).values() for pair in rows]
    entries = read_entries(found[f"links-{transform}"].data, tokenizer, share=0.5, seed=seed)
    known = {entry.source.lower() for entry in entries.words}
    network = encoder.Encoder(model)
    counted: list[Any] = [lambda word: True, lambda word: word in known, lambda word: word not in known]
    every, inside, outside = (static_accuracy(pairs, network, tokenizer, kind) for kind in counted)
    return every, inside, outside


def mean(values: list[float]) -> str:
    """Mean and deviation over seeds."""
    spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{spread}"


def rows(found: list[Point]) -> Iterator[str]:
    """The lines of the table."""
    for (method, transform), published in PUBLISHED.items():
        own = [p for p in found if (p.method, p.transform) == (method, transform)]
        if own:
            cells = [mean([p.difference[task] for p in own]) for task in TASKS]
            cells += [mean([p.english[task] for p in own]) for task in TASKS]
            cells += [mean([p.alignment[i] for p in own]) for i in range(3)]
            theirs = [f"{value:.1f}" for value in published]
            yield f"| {METHODS[method]} | {transform} | {' | '.join([*cells, *theirs])} | {len(own)} |"


def correlations(found: list[Point]) -> Iterator[str]:
    """Spearman's rho of alignment and transfer difference: ours over all models, theirs over the same eight cells."""
    for number, (task, title) in enumerate(TASKS.items()):
        x, y = [p.alignment[0] for p in found], [p.difference[task] for p in found]
        own = spearman(x, y) if len(found) > 2 else None
        theirs = spearman([v[2] for v in PUBLISHED.values()], [v[number] for v in PUBLISHED.values()])
        shown = f"{own.rho:+.2f} (95 % {own.low:+.2f} to {own.high:+.2f}, {own.points} models)" if own else "-"
        yield f"| {title} | {shown} | {theirs.rho:+.2f} (8 cells) |"


COLUMNS = (
    *("objective", "language", "Δ XNLI", "Δ POS", "XNLI en", "POS en", "aligned", "in D", "outside D"),
    *("published Δ XNLI", "Δ POS", "aligned", "seeds"),
)
TEXT = """\
# The synthetic-language study of ALIGN-MLM, in small

Written by `python docs/align_mlm.py` from the results of `pipelines/align-mlm-study.toml`. A nano encoder is trained
from scratch on English of the micro-world and on a language derived from it. Δ = BS - BZ: fine-tuned and tested on
the derived language, minus fine-tuned on English and tested on it. Alignment: share of English words whose nearest
static embedding of the derived language is their own; in and outside the half of the dictionary that DICT-MLM and
ALIGN-MLM may use. Beside it the published values (Tang et al. 2022; models a hundred times larger, real text).

{head}
{rows}

Rank correlation of alignment with Δ (negative: the better aligned, the smaller the loss of transfer; the paper's
abstract states the absolute value over its twelve cells, 0.727 for XNLI):

| task | ours | published, these cells |
|---|---|---|
{correlations}
"""


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="cache folder; default $XLALIGN_CACHE, else ~/.cache/xlalign")
    found = list(points(parser.parse_args().cache))
    if not found:
        parser.error(f"the cache holds no result of {PIPELINE}; `xlalign run {PIPELINE}` makes them. {PAGE} stays")
    PAGE.parent.mkdir(exist_ok=True)
    head = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"
    text = TEXT.format(head=head, rows="\n".join(rows(found)), correlations="\n".join(correlations(found)))
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
