from narrowing import present

from xlalign.alignment import aer
from xlalign.alignment.calibration import reliability
from xlalign.reporting.alignment import gold_table, lexicon_table, link_curves
from xlalign.types import Alignment


def test_scores_and_warnings_of_a_gold_standard():
    scores = aer.from_counts(6038, 4038, 17438, 5813, 3853)._replace(notes=("the file counts from 1",)).as_dict()
    table = present(gold_table({"hmm": {"en-fr": scores}}))
    assert [round(float(str(cell.value)), 1) for cell in table.rows[0].cells[2:6]] == [96.3, 95.4, 95.8, 4.1]
    assert table.notes == ("en-fr: the file counts from 1",)
    assert gold_table({"hmm": {}}) is None


def test_lexicons_without_dictionaries_make_no_table():
    checked = {"languages": {"en-de": {"dictionaries": {"d.txt": {"precision": 0.5, "coverage": 0.25, "words": 8}}}}}
    cells = present(lexicon_table({"hmm": checked, "other": {"languages": {"en-fr": {}}}})).rows[0].cells
    assert [cell.value for cell in cells] == ["hmm", "en-de", "d.txt", 50.0, 25.0, 8]
    assert lexicon_table({"hmm": {"languages": {"en-de": {}}}}) is None


def test_the_curve_of_scores_that_differ():
    found = [Alignment(((0, 0), (1, 1)), (0.95, 0.35))]
    measured = reliability(found, [[(0, 0), (1, 0)]], [[]]).as_dict()
    scores = aer.score([found[0].links], [[(0, 0), (1, 0)]], [[]]).as_dict() | {"calibration": measured}
    (curve,) = link_curves({"hmm": {"en-fr": scores}})
    assert (curve.aligner, curve.standard, curve.error) == ("hmm", "en-fr", measured["ece"])
    assert curve.least == tuple(n / 10 for n in range(10))
    assert curve.precision == (0.5,) * 4 + (1.0,) * 6
    assert curve.recall == (0.5,) * 10
    table = present(gold_table({"hmm": {"en-fr": scores}}))
    assert table.rows[0].cells[6].value == 100 * measured["ece"]
    all_ones = reliability([Alignment(((0, 0),), (1.0,))], [[(0, 0)]], [[]]).as_dict()
    assert link_curves({"eflomal": {"en-fr": {**scores, "calibration": all_ones}}, "old": {"en-fr": {}}}) == []
