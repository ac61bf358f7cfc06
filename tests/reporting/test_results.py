"""How models, tasks and metrics are called."""

import pytest
import report_sample

from xlalign.reporting.results import Evaluated, metric_meanings, shown_names, task_title, with_shown_names
from xlalign.reporting.trace import trace


@pytest.mark.parametrize(
    ("models", "labels", "wanted"),
    [
        (["base", "ppa"], {}, ["base", "ppa"]),
        (["/home/me/runs/a/model", "base"], {}, ["model", "base"]),
        (["/runs/a/model", "/runs/b/model"], {}, ["a/model", "b/model"]),
        (["google-bert/bert-base@0123456789abcdef", "base"], {}, ["bert-base@0123456", "base"]),
        (["one/bert", "two/bert", "x"], {}, ["one/bert", "two/bert", "x"]),
        (["C:\\runs\\mine", "base"], {}, ["mine", "base"]),
        (["runs/a", "base"], {"runs/a": "ours"}, ["ours", "base"]),
        (["runs/a", "base"], {"runs/a": "base"}, ["runs/a", "base"]),
        (["base", "runs/base"], {}, ["base", "runs/base"]),
    ],
)
def test_a_model_is_shown_by_the_shortest_name_that_is_its_own(models, labels, wanted):
    assert list(shown_names(models, labels).values()) == wanted


def long_names() -> Evaluated:
    found = report_sample.results()
    task = found.tasks["xnli"]
    models = {"org/base": task.models["base"], "/runs/ppa": task.models["ppa"]}
    renamed = task.model_copy(update={"models": models})
    return found.model_copy(update={"tasks": {"xnli": renamed}, "baseline": "org/base", "benchmark": {"org/base": 1.0}})


def test_names_are_short_everywhere_and_traced_by_both():
    found = with_shown_names(long_names(), {"/runs/ppa": "ours"})
    assert found.models == ["base", "ours"]
    assert (found.baseline, found.benchmark) == ("base", {"base": 1.0})
    assert trace(found, "xnli/ours/de") == trace(found, "xnli//runs/ppa/de").model_copy(update={"cell": "xnli/ours/de"})
    assert trace(found, "xnli/ours/de").model["name"] == "/runs/ppa"


def test_a_task_is_called_as_its_row_says():
    found = report_sample.evaluated({"xnli": {"models": {}}, "mine": {"models": {}}})
    assert [task_title(found, name) for name in ("xnli", "mine")] == ["XNLI", "mine"]


def test_a_metric_is_explained_by_its_name_not_its_place():
    assert metric_meanings(["accuracy"]) == ""
    assert metric_meanings(["f1", "em"]) == ""
    assert (
        metric_meanings(["hubness", "f1"])
        == metric_meanings(["f1", "hubness"])
        == "hubness: skewness of 4-occurrences."
    )
