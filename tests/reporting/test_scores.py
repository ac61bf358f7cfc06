import pytest
import report_sample
from narrowing import present

from xlalign.reporting.alignment import error_table
from xlalign.reporting.data import Headline
from xlalign.reporting.results import Evaluated, minus, of
from xlalign.reporting.scores import difference, gain, setup_table, task_table
from xlalign.reporting.summary import headline, summary_table
from xlalign.reporting.table import Table


def results(**models: dict[str, list[float]]) -> Evaluated:
    """xnli with two seeds; each model is {lang: [scores]}."""
    made = {
        name: report_sample.model({lang: report_sample.score(seeds) for lang, seeds in languages.items()})
        for name, languages in models.items()
    }
    return report_sample.evaluated({"xnli": {"models": made}})


BASE = {"en": [80.0, 82.0], "de": [50.0, 54.0], "hi": [40.0, 40.0]}
BETTER = {"en": [80.0, 82.0], "de": [60.0, 60.0], "hi": [50.0, 54.0]}


def values(table: Table, name: str) -> list[object]:
    return [cell.value for row in table.rows if row.cells[0].value == name for cell in row.cells[1:]]


def test_a_task_without_english_has_no_gap():
    table = task_table("xnli", results(base={"de": [1.0, 2.0]}))
    assert [column.name for column in table.columns] == ["model", "de", "others"]


def test_task_table_has_scores_and_differences():
    table = task_table("xnli", results(base=BASE, ppa=BETTER))
    assert [column.name for column in table.columns] == ["model", "en", "de", "hi", "others", "gap"]
    assert values(table, "ppa") == [81.0, 60.0, 52.0, 56.0, 25.0]
    assert values(table, "Δ ppa") == [0.0, 8.0, 12.0, 10.0, -10.0]


def test_a_language_that_a_model_lacks_is_missing_not_zero():
    table = task_table("xnli", results(base=BASE, ppa={"en": [1.0, 1.0], "hi": [50.0, 50.0]}))
    assert values(table, "ppa") == [1.0, None, 50.0, 50.0, -49.0]
    assert values(table, "Δ ppa")[:3] == [-80.0, None, 10.0]


def test_a_task_shows_its_own_signature_and_the_summary_all():
    found = report_sample.results()
    assert [line.split("|")[0] for line in task_table("udpos", found).signature] == ["udpos"]
    assert len(summary_table(found).signature) == 3


def test_significance_is_marked():
    found = report_sample.results()
    marks = {row.cells[0].value: row.cells[2].mark for row in task_table("xnli", found).rows}
    assert (marks["mlm"], marks["ppa"]) == ("", "*")


def test_difference_is_taken_to_the_better_of_baseline_and_control():
    control = {lang: [s + 1 for s in scores] for lang, scores in BASE.items()}
    table = summary_table(results(base=BASE, mlm=control, ppa=BETTER), controls=("mlm",))
    gain = [row.cells[4].value for row in table.rows]
    assert gain == [None, None, 9.0]
    assert table.rows[2].cells[4].detail == "per seed: 9.00, 9.00; to mlm"
    assert "minus mlm, the better of baseline and control" in table.notes[1]


def test_a_difference_is_taken_seed_by_seed_where_seeds_are_paired():
    assert present(minus(of([3.0, 9.0]), of([1.0, 2.0]))).scores == (2.0, 7.0)
    assert present(minus(of([3.0]), of([1.0, 2.0]))).scores == ()
    assert present(minus(of([3.0]), of([1.0, 2.0]))).mean == 1.5
    assert minus(of([]), of([1.0])) is None


def test_summary_of_a_task_without_english():
    table = summary_table(results(base={"de": [1.0, 2.0]}, ppa={"de": [3.0, 4.0]}))
    assert [column.name for column in table.columns] == ["model", "XNLI others", "Δ"]


def test_summary_shows_the_cost():
    table = summary_table(results(base=BASE, ppa=BETTER), seconds={"ppa": 61.0})
    assert table.columns[-1].name == "training"
    assert [row.cells[-1].value for row in table.rows] == [None, 61.0]


def test_headline_names_the_best_and_its_gain():
    found = present(headline(results(base=BASE, ppa=BETTER, worse=BASE)))
    assert found.sentence == "ppa transfers 10.0 points better than base on XNLI (de, hi)."
    assert [figure.value for figure in found.figures] == ["46.0", "56.0", "+10.0"]


def test_a_loss_is_called_a_loss():
    found = present(headline(results(base=BETTER, ppa=BASE, worse={"de": [1.0, 1.0]})))
    wanted = "No aligned model transfers better than base on XNLI (en, de, hi): the best, ppa, is 10.0 points worse."
    assert found.sentence == wanted.replace("en, ", "")
    assert found.figures[-1].tone == "bad"


def test_nothing_gained_is_no_gain():
    close = {**BASE, "de": [50.02, 54.02]}
    found = present(headline(results(base=BASE, ppa=close)))
    assert found.sentence.endswith("the best, ppa, is no better and no worse.")
    assert (found.figures[-1].value, found.figures[-1].tone) == ("+0.0", "plain")


def test_a_gain_that_chance_explains_or_a_seed_lacks_is_no_plain_gain():
    found = results(base=BASE, ppa={**BASE, "de": [49.0, 60.0]})
    assert present(headline(found)).sentence.endswith(
        "points better than base on XNLI (de, hi), but not for every seed."
    )

    def doubted(seeds: int) -> Headline:
        better = {lang: [score + 2 for score in scores] * 2 for lang, scores in BASE.items()}
        found = results(base={lang: scores * 2 for lang, scores in BASE.items()}, ppa=better).model_dump()
        others = found["tasks"]["xnli"]["models"]["ppa"]["others"]
        found["tasks"]["xnli"]["models"]["ppa"]["others"] = {**others, "p": 0.4}
        for entry in found["tasks"]["xnli"]["models"].values():
            for one in [*entry["languages"].values(), entry["others"]]:
                one["scores"] = one["scores"][:seeds]
        return present(headline(Evaluated.model_validate(found)))

    assert doubted(3).sentence.endswith("on XNLI (de, hi), which chance explains as well (p = 0.40).")
    assert doubted(2).sentence.endswith("on XNLI (de, hi) (2 seeds, too few to rule out chance).")
    assert doubted(3).figures[-1].tone == doubted(2).figures[-1].tone == "plain"


def test_stars_are_corrected_for_the_comparisons_of_their_table_and_need_seeds():
    def table(seeds: int, *ps: float) -> Table:
        models = {}
        for number, p in enumerate([None, *ps]):
            entry = {**report_sample.score([50.0 + number, 51.0 + number, 52.0][:seeds]), "p": p}
            models[f"m{number}"] = report_sample.model({"de": entry}) | {"others": {**entry, "p": None}}
        return task_table("xnli", report_sample.evaluated({"xnli": {"models": models}}, baseline="m0"))

    def marks(found: Table) -> list[str]:
        return [row.cells[1].mark for row in found.rows[1:] if row.kind is None]

    # Of three comparisons the smallest p counts three times, the next twice: 0.03, 0.06, 0.3.
    assert marks(table(3, 0.03, 0.01, 0.3)) == ["", "*", ""]
    assert "corrected for 3 comparisons (Holm)" in table(3, 0.03, 0.01, 0.3).notes[0]
    assert "No score differs from m0" in table(3, 0.03, 0.02, 0.3).notes[0]
    assert marks(table(2, 0.001)) == [""]
    assert "2 seeds: too few for a verdict" in table(2, 0.001).notes[0]


def test_no_headline_without_a_contestant():
    assert headline(results(base=BASE)) is None
    assert headline(results(base=BASE, ppa=BETTER), primary="pawsx") is None


def test_no_headline_where_only_english_was_tested():
    score = {"mean": 80.0}
    english = {"languages": {"en": score}, "others": score, "average": score, "metrics": {}}
    assert headline(report_sample.evaluated({"xnli": {"models": {"base": english, "ppa": english}}})) is None


def test_gains_over_the_baseline():
    found = results(base=BASE, ppa=BETTER)
    assert [gain(found, "xnli", "ppa", column) for column in ("en", "de", "hi", "others")] == [0.0, 8.0, 12.0, 10.0]
    assert gain(found, "xnli", "base", "de") is None


def test_setup_says_how_each_model_was_fine_tuned():
    table = present(setup_table("xnli", report_sample.results()))
    assert values(table, "ppa")[:2] == ["frozen=2,lr=0.002,pool=mean", 1500]
    assert table.rows[0].cells[1].detail.startswith("tried frozen=0,lr=0.002,pool=mean: 87.0")
    assert values(present(setup_table("tatoeba", report_sample.results())), "ppa") == ["layer=3,pool=mean"]
    assert setup_table("xnli", results(base=BASE)) is None


def test_error_table_in_percent_with_mean():
    table = error_table({"hmm": {"en-de": 0.1, "en-hi": 0.2}, "itermax": {"en-de": 0.05}})
    assert values(table, "hmm") == pytest.approx([10.0, 20.0, 15.0])
    assert values(table, "itermax") == [5.0, None, 5.0]


def test_difference_of_nothing_is_nothing():
    assert difference(None, of([1.0])).value is None
