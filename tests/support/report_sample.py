"""A report with invented numbers and our own sentences, in five scripts."""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import Any

from xlalign.evaluation.diagnostics.record import Diagnostics
from xlalign.reporting.alignment import error_table
from xlalign.reporting.corpora import corpus_report
from xlalign.reporting.data import AlignedPair, Citation, Curve, ReportData, Series, StageRun
from xlalign.reporting.diagnostics import sentence_table, transfer, word_table
from xlalign.reporting.results import Evaluated
from xlalign.reporting.summary import headline, summary_table

MODELS = {"base": 0.0, "mlm": 1.2, "ppa": 9.4, "ml-ctl": 11.1}
LANGUAGES = {"en": 88.0, "de": 63.1, "es": 66.0, "ru": 58.2, "hi": 52.4}
CONTROLS = ("mlm",)
TITLES = {"xnli": "XNLI", "udpos": "POS", "tatoeba": "Tatoeba", "tydiqa": "TyDi QA"}
KINDS = {
    "xnli": ("classification", "classification"),
    "udpos": ("tagging", "tagging"),
    "tatoeba": ("retrieval", "retrieval"),
}


def results() -> Evaluated:
    tasks: dict[str, dict[str, Any]] = {
        "xnli": {"metric": "accuracy", "models": {m: _model(g, 1.0, 0.0) for m, g in MODELS.items()}},
        "udpos": {"metric": "f1", "models": {m: _model(g, 0.7, 6.0) for m, g in MODELS.items()}},
        "tatoeba": {"metric": "accuracy", "models": {m: _model(g, 4.0, -30.0, ["en"]) for m, g in MODELS.items()}},
    }
    signature = [f"{task}|data:micro:13@1f0c|seeds:1,2,3|v:0.1.0" for task in tasks]
    for task in ("xnli", "udpos"):
        tasks[task]["setting"] = "zero-shot"
    origins = {m: {"key": "3f9a" * 16, "content": "77ab" * 16, "settings": {"preset": m}} for m in MODELS}
    for task, (kind, group) in KINDS.items():
        tasks[task] |= {"title": TITLES[task], "tuned": kind != "retrieval", "kind": kind, "group": group}
        tasks[task] |= {"license": "ours", "citation": f"Nobody 2026, {task}, Nowhere"}
    found = {"tasks": tasks, "baseline": "base", "seeds": [1, 2, 3], "primary": "xnli", "signature": signature}
    return Evaluated.model_validate({**found, "origins": origins, "command": "xlalign report quickstart"})


def evaluated(tasks: dict[str, Any], **more: Any) -> Evaluated:
    """Results with what every results.json says of a task."""
    usual = {"metric": "accuracy", "kind": "", "group": "classification", "license": "", "citation": ""}
    entries = {name: {**usual, "title": TITLES.get(name, ""), **task} for name, task in tasks.items()}
    first = next(iter(tasks), "")
    return Evaluated.model_validate({"baseline": "base", "seeds": [1], "primary": first, **more, "tasks": entries})


def diagnostics() -> dict[str, Diagnostics]:
    """Two encoders of three layers."""
    return {"base": _diagnosed(12.0), "ml-ctl": _diagnosed(48.0)}


def _diagnosed(level: float) -> Diagnostics:
    foreign = {lang: level + 6 - number * 3 for number, lang in enumerate(LANGUAGES) if lang != "en"}
    geometry = {"margin": 0.9, "auc": 0.8, "hubness": 1.4, "cka": 0.4, "debiased_cka": 0.3, "cosine": 0.2}
    geometry |= {"rank": 2.0, "dominance": 0.1}
    point = {"from_english": foreign, "to_english": foreign, "effective_rank": 40.0, "language_probe": 80.0, **geometry}
    return Diagnostics.model_validate(
        {
            "points": {f"layer={layer},pool={pool}": point for layer in range(4) for pool in ("mean", "cls")},
            "static": {lang: value / 2 for lang, value in foreign.items()},
            "contextual": {lang: [value * part for part in (0.4, 0.8, 1.0, 0.9)] for lang, value in foreign.items()},
            "fertility": dict.fromkeys(LANGUAGES, (1.6, 0.4, 0.01)),
        }
    )


def _model(gain: float, weight: float, shift: float, without: list[str] | None = None) -> dict[str, Any]:
    languages = {}
    for number, (lang, level) in enumerate(LANGUAGES.items()):
        if lang in (without or []):
            continue
        mean = level + shift + (gain * weight if lang != "en" else gain * 0.05)
        scores = [round(mean + 0.6 * math.sin(number + seed * 2.1 + gain), 3) for seed in (1, 2, 3)]
        p = 0.0004 if gain > 5 and lang != "en" else 0.4
        languages[lang] = {**score(scores), "p": p if gain else None}
    if without:
        points = [(layer, pool) for layer in range(4) for pool in ("mean", "cls")]
        curve = {f"layer={n},pool={p}": 20 + gain * n - 8 * (p == "cls") for n, p in points}
        return model(languages, setup=[{"seed": 0, "point": "layer=3,pool=mean", "score": "cosine"}], curve=curve)
    trials = {"frozen=0,lr=0.002,pool=mean": 87.0, "frozen=2,lr=0.002,pool=mean": 88.2}
    setup = [{"seed": n, "regime": "frozen=2,lr=0.002,pool=mean", "trials": trials, "steps": 1500} for n in (1, 2, 3)]
    return model(languages, setup=setup, dev=[87.9, 88.4, 88.3])


def score(scores: list[float]) -> dict[str, Any]:
    """A score as results.json has it."""
    sd = stdev(scores) if len(scores) > 1 else None
    return {"scores": scores, "mean": fmean(scores), "sd": sd}


def model(languages: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A model's entry, with the means that the evaluation adds."""
    foreign = [entry for lang, entry in languages.items() if lang != "en"]
    others = [fmean(seed) for seed in zip(*(entry["scores"] for entry in foreign), strict=True)]
    gap = [e - o for e, o in zip(languages["en"]["scores"], others, strict=True)] if "en" in languages else None
    mean = {**score(others), "p": foreign[0].get("p")}
    data = {lang: f"{lang}0123456789abcd" for lang in languages}
    settings = {"task": "xnli", "data": "micro:13", "split": "test"}
    found = {"languages": languages, "others": mean, "average": mean, "metrics": {}, "gap": gap and score(gap)}
    return {**found, "data": data, "settings": settings, **more}


def pairs() -> tuple[AlignedPair, ...]:
    english = ["the", "old", "teacher", "gave", "the", "children", "three", "new", "books", "yesterday"]
    made = [
        (
            "de",
            "gestern gab die alte Lehrerin den Kindern drei neue Bücher",
            [(9, 0), (3, 1), (0, 2), (1, 3), (2, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 9)],
            [],
            [(0, 5), (4, 2)],
        ),
        (
            "hi",
            "बूढ़े शिक्षक ने कल बच्चों को तीन नई किताबें दीं",
            [(1, 0), (2, 1), (9, 3), (5, 4), (6, 6), (7, 7), (8, 8), (3, 9)],
            [(2, 2), (5, 5), (4, 4)],
            [(3, 2), (6, 3)],
        ),
        (
            "ar",
            "أعطى المعلم العجوز الأطفال ثلاثة كتب جديدة أمس",
            [(3, 0), (2, 1), (1, 2), (5, 3), (6, 4), (8, 5), (7, 6), (9, 7)],
            [(0, 1), (4, 3)],
            [(0, 2)],
        ),
        (
            "zh",
            "老 师 昨 天 给 了 孩 子 们 三 本 新 书",
            [(2, 0), (2, 1), (9, 2), (9, 3), (3, 4), (5, 6), (5, 7), (6, 9), (7, 11), (8, 12)],
            [(3, 5), (5, 8), (6, 10), (1, 0)],
            [(0, 10)],
        ),
        (
            "ru",
            "старый учитель вчера дал детям три новые книги",
            [(1, 0), (2, 1), (9, 2), (3, 3), (5, 4), (6, 5), (7, 6), (8, 7)],
            [(0, 1), (4, 4)],
            [],
        ),
    ]
    return tuple(_pair(english, *row) for row in made)


def _pair(
    english: list[str],
    lang: str,
    target: str,
    sure: list[tuple[int, int]],
    possible: list[tuple[int, int]],
    wrong: list[tuple[int, int]],
) -> AlignedPair:
    words = target.split()
    inside = [(i, j) for i, j in sure if j < len(words)]
    predicted = sorted({*inside[: -len(wrong) or None], *possible[:1], *(w for w in wrong if w[1] < len(words))})
    return AlignedPair(
        source_lang="en",
        target_lang=lang,
        source_words=tuple(english),
        target_words=tuple(words),
        sure=tuple(inside),
        possible=tuple(possible),
        predicted=tuple(predicted),
        scores=tuple(0.5 + 0.04 * (i % 10) for i in range(len(predicted))),
        aligner="itermax on ml-ctl",
    )


def curves() -> tuple[Curve, ...]:
    steps = tuple(range(10, 1510, 10))
    made = []
    for number, (name, parts) in enumerate(
        {"mlm": ["mlm"], "ppa": ["tlm", "contrast"], "ml-ctl": ["tlm", "word", "contrast"]}.items()
    ):
        series = {part: _series(steps, 3.2 - 0.3 * place, number) for place, part in enumerate(["loss", *parts])}
        dev = Series(
            steps=steps[::15], values=tuple(30 + 45 * (1 - math.exp(-s / (300 + 90 * number))) for s in steps[::15])
        )
        made.append(Curve(name=name, parts={**series, "dev/retrieval": dev}))
    return tuple(made)


def _series(steps: tuple[int, ...], start: float, number: int) -> Series:
    noise = [0.12 * math.sin(7.3 * s + number) * math.cos(1.7 * s) for s in steps]
    values = [0.6 + start * math.exp(-s / (250 + 120 * number)) + n for s, n in zip(steps, noise, strict=True)]
    return Series(steps=steps, values=tuple(values))


def prepare_report() -> dict[str, object]:
    """As report.json of a bitext says it."""
    ratio = {"rank": 1, "place": "news.tsv:12", "source": "Click!", "target": "यहाँ क्लिक करें और सब कुछ देखें", "score": "6.3"}
    arabic = {"rank": 2, "place": "news.tsv:88", "source": "Yes.", "target": "نعم، سأكون هناك غدا صباحا", "score": "8"}
    filters = {
        "length": {
            "unit": "words",
            "settings": {"min": 1, "max": 100},
            "edges": [0, 1, 5, 10, 20, 50, 100, 500],
            "counts": [12, 9000, 21000, 40000, 20000, 1000, 9],
        },
        "ratio": {
            "unit": "longer / shorter",
            "settings": {"max": 3, "smoothing": 0},
            "edges": [1, 1.5, 2, 3, 5, 100],
            "counts": [25000, 15000, 6000, 1200, 641],
        },
        "identical": {"unit": "1 = identical", "settings": {}, "edges": [0, 0.5, 1], "counts": [45000, 388]},
    }
    corpora = [
        {
            "corpus": "news",
            "languages": ["en", lang],
            "place": "news.tsv",
            "read": read,
            "kept": kept,
            "dropped": {"ratio": 9},
        }
        for lang, read, kept in (("de", 24_000, 20_000), ("hi", 24_000, 19_696))
    ]
    return {
        "read": 48_000,
        "kept": 39_696,
        "dropped": {"duplicate": 5120, "ratio": 1841, "identical": 388, "evaluation:xnli": 41},
        "corpora": corpora,
        "mono": [],
        "splits": {"en-de": {"train": 19_500, "dev": 500}, "en-hi": {"train": 19_196, "dev": 500}},
        "evaluation": {"xnli": 7500},
        "filters": filters,
        "samples": {"ratio": [ratio, arabic]},
    }


def stages() -> tuple[StageRun, ...]:
    def stage(name: str, state: str, seconds: float, why: str = "") -> StageRun:
        return StageRun(
            name=name,
            stage="cell" if name.startswith("eval.") else name.partition(".")[0],
            state=state,
            seconds=seconds,
            why=why,
            key=("3f9a7c01d2" * 7)[:64],
            content=("77ab12" * 11)[:64],
            settings={"temperature": 0.05, "languages": ["de", "es", "ru", "hi"], "steps": 1500},
            inputs={"bitext": ("51c0" * 16)},
            versions={"xlalign": "0.1.0", "torch": "2.13.0"},
            facts={"device": "cpu", "seed": 1, "peak memory": "612 MB"},
        )

    return (
        stage("prepare", "hit", 4.2),
        stage("align-words", "hit", 11.8),
        stage("pretrain.base", "hit", 61.0),
        stage("pretrain.ppa", "made", 58.3, "temperature 0.1 -> 0.05"),
        *(stage(f"eval.xnli.ppa.{n}", "made" if n % 3 else "hit", 4.9, "input ppa changed") for n in range(12)),
    )


def report() -> ReportData:
    found = results()
    rates = {
        "hmm, grow-diag-final-and": {"en-de": 0.084, "en-es": 0.061, "en-ru": 0.113, "en-hi": 0.152},
        "itermax on base": {"en-de": 0.262, "en-es": 0.221, "en-ru": 0.341, "en-hi": 0.442},
        "itermax on ml-ctl": {"en-de": 0.071, "en-es": 0.058, "en-ru": 0.092, "en-hi": 0.127},
    }
    return ReportData(
        title="xlalign quickstart: does alignment transfer?",
        command="xlalign run quickstart",
        created="2026-11-21",
        version="0.1.0",
        headline=headline(found, controls=CONTROLS),
        summary=(summary_table(found, controls=CONTROLS, seconds={"base": 61, "mlm": 58, "ppa": 58.3, "ml-ctl": 71}),),
        results=found,
        diagnostics=(sentence_table(diagnostics()), word_table(diagnostics())),
        transfer=transfer(diagnostics(), "xnli", found),
        aer=error_table(rates),
        alignments=pairs(),
        curves=curves(),
        corpora=(corpus_report("prepare", prepare_report()),),
        stages=stages(),
        citations=(
            Citation(
                of="preset ppa", text="@inproceedings{nobody2026,\n  title = {An Invented Paper},\n  year = {2026}\n}"
            ),
            Citation(of="XNLI", text="Conneau et al. 2018, XNLI: Evaluating Cross-lingual Representations, EMNLP"),
        ),
    )
