import pytest

from xlalign.evaluation.cells import Cell, finetune_and_test, run_cell
from xlalign.evaluation.settings import EvalSettings


def settings(data, **more):
    quick = {"steps": 60, "batch_size": 16, "evaluations": 2}
    options = {"all": {**quick, "regimes": [{"frozen": 0, "learning_rate": 5e-3}]}}
    return EvalSettings(**{"data": f"folder:{data}", "fine_tuning": options, "device": "cpu", **more})


def test_classification_learns_and_reports_every_language(nano, data, tmp_path):
    result = finetune_and_test(nano, "xnli", settings(data), 1, tmp_path)
    assert result.languages.keys() == {"de", "en"}
    assert result.languages["en"].headline > 90
    assert result.dev > 90
    assert len(result.languages["de"].predictions) == 40
    assert result.setup["regime"] == "frozen=0,lr=0.005,pool=mean"
    assert result.setup["train_examples"] == 200


def test_tagging_learns(nano, data, tmp_path):
    result = finetune_and_test(nano, "panx", settings(data), 1, tmp_path)
    assert result.languages["en"].headline > 90
    assert result.languages["en"].scores["accuracy"] > 90


def test_the_same_cell_twice_is_the_same(nano, data, tmp_path):
    one, two = (finetune_and_test(nano, "xnli", settings(data), 3, tmp_path / name) for name in "ab")
    other = finetune_and_test(nano, "xnli", settings(data), 4, tmp_path / "c")
    assert one.languages == two.languages != other.languages


def test_a_stopped_cell_goes_on_where_it_stopped(nano, data, tmp_path, monkeypatch):
    from xlalign.evaluation import cells, finetune

    whole = finetune_and_test(nano, "xnli", settings(data), 1, tmp_path / "whole")
    tested = []

    def stop_at_second(task, settings_, solver, examples, lang, original=cells._score):
        tested.append(lang)
        if len(tested) == 2:
            raise KeyboardInterrupt
        return original(task, settings_, solver, examples, lang)

    with monkeypatch.context() as patch:
        patch.setattr(cells, "_score", stop_at_second)
        with pytest.raises(KeyboardInterrupt):
            finetune_and_test(nano, "xnli", settings(data), 1, tmp_path / "cut")
    monkeypatch.setattr(finetune.Program, "loss", None)
    again = finetune_and_test(nano, "xnli", settings(data), 1, tmp_path / "cut")
    assert again.languages == whole.languages


def test_the_regime_is_chosen_on_english_dev(nano, data, tmp_path):
    grid = [{"frozen": 2, "learning_rate": 1e-7}, {"frozen": 0, "learning_rate": 5e-3}]
    options = {"all": {"steps": 40, "batch_size": 16, "evaluations": 1, "regimes": grid}}
    result = finetune_and_test(nano, "xnli", settings(data, fine_tuning=options), 1, tmp_path)
    assert result.setup["regime"].startswith("frozen=0")
    assert result.setup["trials"]["frozen=0,lr=0.005,pool=mean"] == result.dev
    assert len(result.setup["trials"]) == 2


def test_retrieval_needs_no_training(nano, data, tmp_path):
    result = run_cell(Cell(task="tatoeba", model="nano"), nano, settings(data), tmp_path)
    german = result.languages["de"]
    assert result.dev is None
    assert result.setup["point"] == "layer=3,pool=mean"
    assert {"accuracy", "to_english", "chrf", "bleu", "hubness"} == german.scores.keys()
    assert sorted(map(int, german.predictions))[-1] < 20
