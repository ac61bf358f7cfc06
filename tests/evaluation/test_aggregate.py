import json

import pytest
from narrowing import present

from xlalign.errors import DataError
from xlalign.evaluation.aggregate import aggregate
from xlalign.evaluation.cells import run_cell
from xlalign.evaluation.data.sets import TestData
from xlalign.evaluation.results import EvaluationResults
from xlalign.evaluation.run import evaluate
from xlalign.evaluation.settings import EvalSettings
from xlalign.evaluation.signature import signature
from xlalign.evaluation.submission import score_folder, score_predictions, write_predictions
from xlalign.evaluation.tasks import TASKS
from xlalign.reporting.results import Evaluated as Read
from xlalign.reporting.scores import task_table
from xlalign.reporting.trace import trace


@pytest.fixture(scope="module")
def settings(data):
    quick = {"steps": 25, "batch_size": 16, "evaluations": 1, "regimes": [{"learning_rate": 5e-3}]}
    return EvalSettings(
        tasks=("xnli", "panx", "tatoeba"),
        models=("weak", "strong"),
        data=f"folder:{data}",
        fine_tuning={"all": quick},
        seeds=(1, 2),
        resamples=200,
        device="cpu",
    )


def with_steps(cell, steps):
    return cell.model_copy(update={"tuning": cell.tuning and cell.tuning.model_copy(update={"steps": steps})})


@pytest.fixture(scope="module")
def cells(settings, nano, tmp_path_factory):
    """A weak model that hardly trains and a strong one."""
    work, found = tmp_path_factory.mktemp("work"), {}
    for model, steps in (("weak", 1), ("strong", 0)):
        grid = [with_steps(cell, steps) for cell in settings.cells()]
        found[model] = [run_cell(cell, nano, work / model / str(n)) for n, cell in enumerate(grid)]
    return found


@pytest.fixture(scope="module")
def results(cells, settings):
    return aggregate(cells, settings)


def test_means_deviations_and_gaps_over_seeds(results, cells):
    strong = results.tasks["xnli"].models["strong"]
    seeds = [cell.languages["de"].headline for cell in cells["strong"] if cell.task == "xnli"]
    assert strong.languages["de"].scores == tuple(seeds)
    assert strong.languages["de"].mean == pytest.approx(sum(seeds) / 2)
    assert strong.others.mean == strong.languages["de"].mean
    assert strong.gap.mean == pytest.approx(strong.languages["en"].mean - strong.others.mean)
    assert strong.average.mean == pytest.approx((strong.languages["en"].mean + strong.languages["de"].mean) / 2)


def test_differences_to_the_baseline(results):
    assert results.baseline == "weak"
    assert results.tasks["xnli"].models["weak"].differences == {}
    found = results.tasks["xnli"].models["strong"]
    assert found.differences.keys() == {"de", "en", "others", "average"}
    gain = found.languages["en"].mean - results.tasks["xnli"].models["weak"].languages["en"].mean
    assert found.differences["en"].mean == pytest.approx(gain)
    assert found.differences["en"].p_items < 0.05 < found.differences["en"].p  # two seeds say little of others
    assert (found.differences["en"].seeds, found.differences["en"].effect) == (2, None)
    assert found.languages["en"].p == found.differences["en"].p


def test_tasks_without_fine_tuning_have_one_score(results):
    assert len(results.tasks["tatoeba"].models["weak"].languages["de"].scores) == 1
    assert results.tasks["tatoeba"].models["strong"].gap is None


def test_a_model_without_training_differs_from_nothing(results):
    assert results.tasks["tatoeba"].models["strong"].differences["others"].mean == 0.0


def test_the_signature_pins_the_numbers(results):
    xnli, panx, tatoeba = results.signature
    assert xnli.startswith("xnli|data:folder:")
    assert "|train:200@" in xnli
    assert "|dev:en@" in xnli
    assert "|regime:frozen=0,lr=0.005,pool=mean|seeds:1,2|" in xnli
    assert "|rule:legacy|" in panx
    assert "|point:layer=3,pool=mean|score:cosine|" in tatoeba


def test_the_signature_names_rounded_products(cells, settings):
    (compared,) = (cell for cell in cells["weak"] if cell.task == "tatoeba")
    retrieval = compared.settings["retrieval"] | {"precision": "bf16"}
    rounded = compared.model_copy(update={"settings": compared.settings | {"retrieval": retrieval}})
    assert "|precision:bf16|" in next(signature([rounded], settings))
    assert "precision" not in next(signature([compared], settings))


def test_results_survive_json(results):
    text = results.model_dump_json()
    assert EvaluationResults.model_validate_json(text) == results
    assert json.loads(text)["tasks"]["xnli"]["models"]["strong"]["languages"]["de"]["mean"]


def test_reports_read_them(results):
    read = Read.model_validate_json(results.model_dump_json())
    assert read.tasks["xnli"].models["strong"].others.mean == pytest.approx(
        results.tasks["xnli"].models["strong"].others.mean
    )


def test_the_submission_scores_what_we_scored(cells, settings, tmp_path):
    first = {cell.task: cell for cell in reversed(cells["strong"])}
    write_predictions(tmp_path / "predictions", first.values())
    for cell in settings.cells():
        task, data = TASKS.get(cell.task), TestData(cell.test)
        for lang in data.languages():
            path = tmp_path / "labels" / task.folder / f"test-{lang}.tsv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(task.handler.form.text(task.handler.gold(data.tested(lang))))
    scored = score_folder(tmp_path / "predictions", tmp_path / "labels", languages=("de", "en"))
    direct = score_predictions(tmp_path / "predictions", settings)
    for name, metric in (("xnli", "accuracy"), ("panx", "f1"), ("tatoeba", "accuracy")):
        assert direct[name][metric] == scored[name][metric]
        for lang, score in scored[name][metric].items():
            assert score == pytest.approx(first[name].languages[lang].headline)


def test_predictions_that_do_not_fit_name_their_file(settings, tmp_path):
    with pytest.raises(DataError, match="predictions of none of the tasks xnli, panx, tatoeba"):
        score_predictions(tmp_path, settings)
    (tmp_path / "xnli").mkdir()
    (tmp_path / "xnli/test-de.tsv").write_text("neutral\n")
    with pytest.raises(DataError, match=r"xnli/test-de.tsv: 1 predictions for 40 items"):
        score_predictions(tmp_path, settings)


def test_a_whole_evaluation_in_one_call(settings, nano, tmp_path):
    small = settings.model_copy(update={"tasks": ("xnli", "tatoeba"), "seeds": (1,)})
    found = evaluate({"one": nano, "two": nano}, small, tmp_path)
    assert found.tasks["xnli"].models["two"].differences["others"].mean == 0.0
    assert evaluate({"one": nano, "two": nano}, small, tmp_path).tasks["xnli"].models["one"].languages == (
        found.tasks["xnli"].models["one"].languages
    )


def test_mined_pairs_are_compared_by_name(cells, settings):
    from xlalign.evaluation.aggregate import _paired

    def mined(rows):
        cell = cells["weak"][-1]
        items = [list(map(float, row)) for row in rows.values()]
        language = cell.languages["de"].model_copy(update={"keys": list(rows), "items": items})
        return [cell.model_copy(update={"languages": {"de": language}})]

    ours = mined({"a\tb": (1, 1, 1), "c\td": (0, 1, 0)})
    theirs = mined({"a\tb": (0, 0, 1), "e\tf": (0, 1, 0)})
    pair = present(_paired(ours, theirs, "de"))
    assert pair.ours.tolist() == [[[1, 1, 1], [0, 1, 0], [0, 0, 0]]]
    assert pair.theirs.tolist() == [[[0, 0, 1], [0, 0, 0], [0, 1, 0]]]


@pytest.mark.parametrize(
    ("options", "frozen", "said"),
    [
        ({}, 0, "zero-shot"),
        ({}, "all", "zero-shot, probe (frozen encoder)"),
        ({"translate_train": ("de",)}, 0, "translate-train (de)"),
        (
            {"translate_train": ("de",), "code_switch": "sentence"},
            0,
            "translate-train (de), sentence-level code-switching",
        ),
        ({"lexicons": {"de": "en-de.tsv"}, "code_switch": "word"}, 0, "word-level code-switching (de)"),
    ],
)
def test_every_table_says_how_models_were_trained(settings, nano, tmp_path, monkeypatch, options, frozen, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "en-de.tsv").write_text("dog\thund\n")
    quick = {"steps": 1, "batch_size": 4, "evaluations": 1, "regimes": [{"learning_rate": 5e-3, "frozen": frozen}]}
    own = EvalSettings(tasks=("xnli",), data=settings.data, seeds=(1,), fine_tuning={"all": quick}, **options)
    found = evaluate({"m": nano}, own, tmp_path)
    assert found.tasks["xnli"].setting == said
    table = task_table("xnli", Read.model_validate_json(found.model_dump_json()))
    assert table.caption == f"XNLI, accuracy (%), {said}"
    assert ("translate-train" in found.signature[0]) == bool(options)


def test_both_tests_stand_behind_a_number(results):
    found = present(trace(Read.model_validate_json(results.model_dump_json()), "xnli/strong/de").difference)
    assert found.low <= found.mean <= found.high
    assert 0 < found.p_items <= 1


def test_a_summary_is_about_the_first_task_with_a_transfer(results):
    from xlalign.evaluation.aggregate import _primary

    def order(*names):
        return {name: results.tasks[name] for name in names}

    assert results.primary == "xnli"
    assert _primary(order("tatoeba", "xnli")) == "xnli"
    assert (_primary(order("tatoeba")), _primary({})) == ("tatoeba", "")
