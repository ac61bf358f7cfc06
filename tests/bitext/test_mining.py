"""Margins and mining against brute force, and the whole of [prepare.mine] with the model filters."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import Letters

from xlalign.bitext import corpus, margin
from xlalign.bitext.batch import FilterBatch
from xlalign.bitext.filters import FILTERS
from xlalign.bitext.margin import mine, neighbours, pair_margins
from xlalign.bitext.prepare import prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.errors import DataError, UserError
from xlalign.parallel import Engine
from xlalign.types import Pair


def unit(rows: int, seed: int, width: int = 6) -> np.ndarray:
    """Unit vectors of non-negative numbers, as the ratio of two cosines of different sign says nothing."""
    found = np.abs(np.random.default_rng(seed).normal(size=(rows, width)))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(params=[3, 2048])
def block(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(margin, "BLOCK", request.param)


def brute_margins(source: np.ndarray, target: np.ndarray, k: int) -> np.ndarray:
    """The ratio margin of every source with every target, from the formula, cell by cell."""
    cosine = [[float(x @ y) for y in target] for x in source]
    near = [sum(sorted(row)[-k:]) / min(k, len(row)) for row in cosine]
    back = [sum(sorted(column)[-k:]) / min(k, len(column)) for column in zip(*cosine, strict=True)]
    return np.array([[c / ((near[i] + back[j]) / 2) for j, c in enumerate(row)] for i, row in enumerate(cosine)])


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize(("rows", "others", "k"), [(1, 1, 4), (7, 4, 4), (10, 23, 2), (23, 10, 1)])
def test_neighbours_and_margins(rows: int, others: int, k: int):
    source, target = unit(rows, 1), unit(others, 2)
    found = neighbours(source, target, k)
    cosine = source @ target.T
    assert found.rows.tolist() == np.argsort(-cosine, axis=1)[:, :k].tolist()
    assert found.cosines == pytest.approx(-np.sort(-cosine, axis=1)[:, :k])
    both = min(rows, others)
    expected = brute_margins(source[:both], target[:both], k).diagonal()
    assert pair_margins(source[:both], target[:both], k) == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.integers(2, 12), st.integers(2, 5), st.integers(0, 9))
def test_mining_is_greedy_over_the_best_neighbours(rows: int, others: int, k: int, seed: int):
    source, target = unit(rows, seed), unit(others, seed + 100)
    table, cosine = brute_margins(source, target, k), source @ target.T
    candidates = set()
    for i in range(rows):
        near = sorted(range(others), key=lambda j: -cosine[i, j])[:k]
        candidates.add((i, max(near, key=lambda j: table[i, j])))
    for j in range(others):
        near = sorted(range(rows), key=lambda i: -cosine[i, j])[:k]
        candidates.add((max(near, key=lambda i: table[i, j]), j))
    expected: list[tuple[int, int]] = []
    for i, j in sorted(candidates, key=lambda pair: -table[pair]):
        if all(i != a and j != b for a, b in expected):
            expected.append((i, j))
    found = mine(source, target, "margin", k)
    assert {(c.source, c.target) for c in found} == set(expected)
    assert [c.score for c in found] == pytest.approx([table[pair] for pair in expected])


WORDS = ("amber brick cedar delta ember fjord glove hazel", "ivory jewel knoll lemon maple nylon olive pearl")


def text(number: int) -> str:
    return " ".join(random.Random(number).sample(" ".join(WORDS).split(), 5))


@pytest.fixture
def mono(tmp_path: Path) -> dict[str, Any]:
    """German sentences are the English ones in capitals and another order, with twenty that have no counterpart."""
    english = [text(i) for i in range(120)]
    german = [" ".join(reversed(text(i).upper().split())) for i in range(100)] + [f"QQ {i} ZZ XX" for i in range(20)]
    for lang, lines in {"en": english, "de": german[::-1]}.items():
        (tmp_path / f"mono.{lang}").write_text("".join(f"{line}\n" for line in lines))
    (tmp_path / "a.tsv").write_text("a first pair of words\tein erstes Paar von Worten\n")
    filters = {"langid": False, "identical": False, "copied": False}
    sources = [f"file:{tmp_path}/a.tsv"]
    mine = {"sources": [f"file:{tmp_path}/mono.{{lang}}"], "min": 1.05}
    return {"languages": ["en", "de"], "sources": sources, "mine": mine, "dev_size": 0, "filters": filters}


def test_mined_pairs_enter_the_bitext(mono: dict[str, Any], tmp_path: Path):
    report = prepare(PrepareSettings.model_validate(mono), tmp_path / "out", trained=Letters())
    pairs = [pair for pair in corpus.read_pairs(tmp_path / "out/train") if pair.corpus == "mined"]
    right = [pair for pair in pairs if sorted(pair.source.split()) == sorted(pair.target.lower().split())]
    assert len(right) == len(pairs) > 12
    assert [entry.name for entry in report.corpora] == ["a", "mined"]
    scored = [line.split("\t") for line in (tmp_path / "out/mined/en-de.tsv").read_text().splitlines()]
    scores = [float(score) for score, _, _ in scored]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 1.05 <= scores[0], "candidates below the threshold are kept for another one"
    assert report.corpora[1].tally.read == sum(score >= 1.05 for score in scores)


def test_nothing_to_mine(mono: dict[str, Any], tmp_path: Path):
    mono["mine"]["min"] = 9
    with pytest.raises(DataError, match=r"mining en-de: no pair has a margin of at least 9.0 .the best of \d+ has"):
        prepare(PrepareSettings.model_validate(mono), tmp_path / "out", trained=Letters())


def test_mining_without_a_model(mono: dict[str, Any], tmp_path: Path):
    with pytest.raises(UserError, match="need a trained model"):
        prepare(PrepareSettings.model_validate(mono), tmp_path / "out")


def test_margin_filter_finds_wrong_pairs():
    rule = FILTERS.get("embedding").model_validate({"min": 1.0})
    pairs = [Pair("", text(i), text(i if i % 10 else i + 5).upper(), "en", "de", "") for i in range(60)]
    kept = rule.accepts(rule.scores(FilterBatch.of(pairs, Letters())))
    assert [i for i in range(60) if not kept[i]] == list(range(0, 60, 10))


def test_model_filters_in_processes(mono: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("xlalign.bitext.prepare.JOB_ROWS", 8)
    rows = [(text(i), text(i) if i % 4 else "unrelated words of another sentence") for i in range(160)]
    (tmp_path / "a.tsv").write_text("".join(f"{source} {i}\t{target} {i}\n" for i, (source, target) in enumerate(rows)))
    fields = {**mono, "mine": None, "filters": {**mono["filters"], "links": {"min": 0.5}}}
    reports = [
        prepare(PrepareSettings.model_validate(fields), tmp_path / f"{n}", None, Engine("local", n), Letters())
        for n in (1, 2)
    ]
    assert [report.dropped for report in reports] == [{"links": 40}] * 2
