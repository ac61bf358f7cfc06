"""A kind of task from another package does all that ours do: reading, training, gold, scores, submission form."""

from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from xlalign.errors import DataError, UserError
from xlalign.evaluation import kinds
from xlalign.evaluation.cells import run_cell
from xlalign.evaluation.data.sets import TestData
from xlalign.evaluation.data.source import TaskSource, store, stored_texts
from xlalign.evaluation.run import evaluate
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.submission import score_predictions, write_predictions

PLUGIN = Path(__file__).parents[2] / "docs/examples/plugin"


@pytest.fixture
def installed(monkeypatch):
    """As if the example package of the extend guide had been installed."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    point = EntryPoint("grading", "xlalign_example.grading:GRADING", "xlalign.kinds")
    monkeypatch.setitem(kinds.KINDS.__dict__, "_plugins", {"grading": point})


@pytest.fixture
def settings(installed, tmp_path):
    random = np.random.default_rng(0)
    for lang, (low, high) in {"en": ("small cat", "big dog"), "de": ("klein katze", "gross hund")}.items():
        for split in ("train", "dev", "test"):
            rows = [(low, 1) if random.random() < 0.5 else (high, 5) for _ in range(64)]
            text = "text\tgrade\n" + "".join(f"{words}\t{grade}\n" for words, grade in rows)
            (tmp_path / f"{split}.{lang}.tsv").write_text(text, encoding="utf-8")
    custom = {"kind": "grading", "files": "{split}.{lang}.tsv", "languages": ["en", "de"]}
    return EvalSettings(
        tasks=("essays",), custom={"essays": custom}, data=f"folder:{tmp_path}", seeds=(1,), resamples=20, device="cpu"
    )


def test_it_is_read_trained_scored_and_submitted(settings, nano, tmp_path):
    (cell,) = settings.cells()
    assert cell.tuning.options.steps == 60
    result = run_cell(cell, nano, tmp_path / "work")
    assert result.languages.keys() == {"en", "de"}
    assert result.languages["en"].headline > 90
    write_predictions(tmp_path / "out", [result])
    scored = score_predictions(tmp_path / "out", settings)["essays"]
    assert scored["within half"] == {lang: one.headline for lang, one in result.languages.items()}


def test_its_results_say_what_they_are(settings, nano, tmp_path):
    found = evaluate({"one": nano, "two": nano}, settings, tmp_path).tasks["essays"]
    assert (found.kind, found.metric, found.tuned, found.setting) == ("grading", "within half", True, "zero-shot")
    assert found.models["two"].differences["de"].mean == 0.0


def test_its_examples_are_stored_and_their_texts_kept_out_of_training_data(settings, tmp_path):
    test, folder = settings.cells()[0].test, tmp_path / "stored"
    store(TestData(test, folder).parts(), folder)
    assert TestData(test, folder).tested("de") == TestData(test).tested("de")
    assert set(stored_texts(folder)) == {"small cat", "big dog", "klein katze", "gross hund"}


def test_what_it_does_not_offer_is_refused(settings):
    task = settings.task("essays")
    with pytest.raises(UserError, match="a grading task has no derived languages"):
        TaskSource(f"synthetic:{settings.data}").load(task, "en_inv", "test")


def test_its_faults_name_the_line(settings, tmp_path):
    (tmp_path / "test.de.tsv").write_text("text\tgrade\nhund\tfine\n")
    with pytest.raises(DataError, match=r"test.de.tsv:2: no grade `fine`"):
        TestData(settings.cells()[0].test).tested("de")


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown kind of task `grading`"):
        EvalSettings(custom={"x": {"kind": "grading", "files": "x", "languages": ["en"]}})
