"""The benchmark's table, submissions, diagnostics, alignment against transfer."""

import pytest
import report_sample
from narrowing import present

from xlalign.reporting.benchmark import benchmark_table, submission_table
from xlalign.reporting.diagnostics import sentence_table, transfer, word_table
from xlalign.reporting.results import Evaluated
from xlalign.reporting.scores import metrics_table

GROUPS = {"xnli": "classification", "pawsx": "classification", "udpos": "tagging", "panx": "tagging", "xquad": "qa"}
GROUPS |= {"mlqa": "qa", "tydiqa": "qa", "bucc": "retrieval", "tatoeba": "retrieval"}


def nine() -> Evaluated:
    """Task number n has the score 10 n in every language."""
    tasks = {}
    for number, (name, group) in enumerate(GROUPS.items(), start=1):
        score = report_sample.score([10.0 * number])
        tasks[name] = {
            "metric": "m",
            "group": group,
            "models": {"base": report_sample.model({"en": score, "de": score})},
        }
    return report_sample.evaluated(tasks, benchmark={"base": 50.0})


def test_the_benchmark_table_has_groups_and_average():
    table = present(benchmark_table(nine()))
    values = dict(zip([column.name for column in table.columns], [c.value for c in table.rows[0].cells], strict=True))
    assert (values["average"], values["classification"], values["qa"], values["retrieval"]) == (50, 15, 60, 85)
    assert (values["XNLI"], values["TyDi QA"]) == (10, 70)
    assert benchmark_table(report_sample.results()) is None


def test_every_metric_has_a_row_where_there_are_several():
    assert metrics_table("xnli", report_sample.results()) is None
    found = report_sample.results().model_dump()
    for entry in found["tasks"]["tatoeba"]["models"].values():
        entry["metrics"] = {"accuracy": {"de": 30.0, "hi": 20.0}, "to_english": {"de": 32.0}, "bleu": {"de": 9.0}}
    table = present(metrics_table("tatoeba", Evaluated.model_validate(found)))
    assert [cell.value for cell in table.rows[0].cells] == ["base accuracy", 30.0, None, None, 20.0, 25.0]
    assert table.rows[1].cells[0].value == "base to english"
    assert table.notes == ("accuracy: English to foreign; to english: the other way; bleu: BLEU of the same.",)


def test_a_submission_has_a_row_per_metric_and_one_per_group():
    scored = {"qa": 61.0, "xquad": {"f1": {"en": 70.0, "de": 60.0}, "avg_f1": 65.0, "avg_metric": 61.0}}
    table = submission_table(scored)
    assert [[cell.value for cell in row.cells] for row in table.rows] == [
        ["xquad f1", 65.0, 60.0, 70.0],
        ["qa", 61.0, None, None],
    ]


def test_diagnostics_by_layer_and_language():
    found = report_sample.diagnostics()
    table = sentence_table(found)
    assert [row.cells[1].value for row in table.rows] == [0, 1, 2, 3] * 2
    words = {row.cells[0].value: [cell.value for cell in row.cells[1:]] for row in word_table(found).rows}
    languages = [column.name for column in word_table(found).columns[1:]]
    assert dict(zip(languages, words["base in context"], strict=True))["de"] == pytest.approx(15.0)
    assert words["base cut"] == [40.0] * 5


def test_alignment_against_transfer():
    found = present(transfer(report_sample.diagnostics(), "xnli", report_sample.results()))
    assert len(found.points) == 8
    assert "Spearman's rho -0." in found.sentence
    one = {"base": report_sample.diagnostics()["base"]}
    assert (
        present(transfer(one, "xnli", report_sample.results())).sentence == "4 points: too few for a rank correlation."
    )
    assert transfer(report_sample.diagnostics(), "tatoeba", report_sample.results()) is None
