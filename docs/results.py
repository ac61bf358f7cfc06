"""Write docs/results/micro.md from what the cache holds of pipelines/presets-micro.toml, seed by seed.

    python docs/results.py [--cache DIR]

Runs nothing: a cell that is not in the cache is counted as missing.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xlalign.artifacts.store import Store
from xlalign.stages.pipeline import builtin_files, load
from xlalign.stages.runner import cached

PIPELINE, PAGE = "presets-micro", Path(__file__).parent / "results" / "micro.md"
PROFILES = (None, "seed2", "seed3")
BASE, CONTROL = "base", "mlm"
COLUMNS = (("xnli", "en"), ("xnli", "others"), ("udpos", "en"), ("udpos", "others"), ("tatoeba", "others"))
TITLES = {"xnli": "XNLI", "udpos": "POS", "tatoeba": "Tatoeba"}


class Seen:
    """Everything found of one pipeline under its profiles: scores by (model, task, side) and seed, seconds, presets."""

    def __init__(self, cache: Path | None) -> None:
        self.scores: dict[tuple[str, str, str], dict[int, float]] = {}
        self.seconds: dict[str, list[float]] = {}
        self.models: dict[str, Any] = {}
        self.aer: dict[str, dict[str, float]] = {}
        for seed, profile in enumerate(PROFILES, 1):
            self._read(seed, profile, Store(cache))

    def _read(self, seed: int, profile: str | None, store: Store) -> None:
        pipeline = load(builtin_files()[PIPELINE], profile=profile)
        self.models = pipeline.stages["pretrain"]
        for name, artifact in cached(pipeline.graph(), store).items():
            if artifact.manifest.stage == "cell":
                self._cell(seed, name, json.loads((artifact.data / "result.json").read_text(encoding="utf-8")))
            elif artifact.manifest.stage == "pretrain":
                self.seconds.setdefault(name, []).append(artifact.manifest.info["training"]["seconds"])
            elif artifact.manifest.stage == "align-words":
                self.aer[name] = artifact.manifest.info["aer"]

    def _cell(self, seed: int, name: str, result: dict[str, Any]) -> None:
        _, task, model, _ = name.split(".")
        scores = {language: entry["headline"] for language, entry in result["languages"].items()}
        others = [value for language, value in scores.items() if language != "en"]
        sides = {"others": statistics.mean(others), **({"en": scores["en"]} if "en" in scores else {})}
        for side, value in sides.items():
            self.scores.setdefault((model, task, side), {})[seed] = value

    def gains(self, model: str, task: str, side: str) -> list[float]:
        """Difference to the control, seed by seed."""
        own, control = (self.scores.get((name, task, side), {}) for name in (model, CONTROL))
        return [own[seed] - control[seed] for seed in sorted(own.keys() & control.keys())]


def spread(values: Iterable[float], sign: str = "") -> str:
    """Mean and standard deviation over seeds."""
    found = list(values)
    if not found:
        return "-"
    deviation = f" ± {statistics.stdev(found):.1f}" if len(found) > 1 else ""
    return f"{statistics.mean(found):{sign}.1f}{deviation}"


def verdict(gains: list[float]) -> str:
    """`helps` or `hurts` where all seeds agree and the mean is beyond twice its standard error, else `noise`."""
    if len(gains) < 2:
        return "one seed only"
    mean, error = statistics.mean(gains), statistics.stdev(gains) / len(gains) ** 0.5
    agreed = all(g > 0 for g in gains) or all(g < 0 for g in gains)
    if not agreed or abs(mean) < 2 * error:
        return "noise"
    return "helps" if mean > 0 else "hurts"


def row(seen: Seen, model: str) -> str:
    """One line of the table."""
    settings = seen.models[model]
    cells = [spread(seen.scores.get((model, *column), {}).values()) for column in COLUMNS]
    gains = [spread(seen.gains(model, *column), "+") for column in COLUMNS if column[1] == "others"]
    seeds = max((len(seen.scores.get((model, *column), {})) for column in COLUMNS), default=0)
    seconds = min(seen.seconds[model]) if model in seen.seconds else float("nan")
    return f"| {model} | {settings.steps} | {' | '.join([*cells, *gains])} | {seconds:.0f} | {seeds} |"


def table(seen: Seen) -> list[str]:
    """All models that have a score, the baseline and the control first."""
    scores = [f"{TITLES[task]} {side}" for task, side in COLUMNS]
    gains = [f"{TITLES[task]} gain" for task, side in COLUMNS if side == "others"]
    heads = ["model", "steps", *scores, *gains, "seconds", "seeds"]
    known = [model for model in seen.models if any(key[0] == model for key in seen.scores)]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return lines + [row(seen, model) for model in known]


def reading(seen: Seen) -> list[str]:
    """Which recipes help, hurt, or cannot be told from noise, task by task."""
    lines = []
    for task, side in COLUMNS:
        if side != "others":
            continue
        groups: dict[str, list[str]] = {}
        for model in seen.models:
            gains = seen.gains(model, task, side)
            if model not in {BASE, CONTROL} and gains:
                groups.setdefault(verdict(gains), []).append(model)
        kinds = [kind for kind in ("helps", "hurts", "noise", "one seed only") if kind in groups]
        lines += [f"- {TITLES[task]}, {kind}: {', '.join(groups[kind])}" for kind in kinds]
    return lines


def missing(seen: Seen) -> list[str]:
    """Models of which scores are missing, with the seeds that are there."""
    wanted = [(model, task, side) for model in seen.models for task, side in COLUMNS]
    lacking = {model: len(PROFILES) for model in seen.models}
    for key in wanted:
        lacking[key[0]] = min(lacking[key[0]], len(seen.scores.get(key, {})))
    return [f"{model} ({count} of {len(PROFILES)})" for model, count in lacking.items() if count < len(PROFILES)]


def links(seen: Seen) -> str:
    """How good the links of our own aligner were."""
    rates = {name: statistics.mean(by.values()) * 100 for name, by in seen.aer.items() if by}
    return ", ".join(f"`{name}` {rate:.1f} %" for name, rate in rates.items())


PAGE_TEXT = """\
# Every preset on the micro-world

Written by `python docs/results.py` from the results of `pipelines/presets-micro.toml` (`xlalign run presets-micro`,
then with `--profile seed2` and `--profile seed3`). Mean ± standard deviation over seeds; a seed is a new base
encoder, a new run of the recipe and a new fine-tuning. All start from the `base` of their seed and take the same
number of steps, batch size and rate; `mlm` is the control: as many steps of the same encoder without parallel text.
English fine-tuning, test in de, es, ru, hi (others); Tatoeba is sentence retrieval. A gain is the difference to the
control, seed by seed. Seconds are those of the training loop on one core, of the fastest seed: other work shared the
machine.

Links: `NAME-gold` learns from gold links, all others from our own. AER: {links}.

{table}

## Reading

`helps` and `hurts`: all seeds agree, and the mean gain is beyond twice its standard error; otherwise `noise`. With so
few seeds that is a weak test, and many comparisons are made: single verdicts may be wrong.

{reading}

{missing}
"""


def page(seen: Seen) -> str:
    """The page."""
    gone = missing(seen)
    return PAGE_TEXT.format(
        links=links(seen),
        table="\n".join(table(seen)),
        reading="\n".join(reading(seen)),
        missing=f"Not complete: {', '.join(gone)}." if gone else "Nothing is missing.",
    )


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="cache folder; default $XLALIGN_CACHE, else ~/.cache/xlalign")
    found = Seen(parser.parse_args().cache)
    if not found.scores:
        parser.error(f"the cache holds no result of {PIPELINE}; `xlalign run {PIPELINE}` makes them. {PAGE} stays")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
