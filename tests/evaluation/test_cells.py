from pathlib import Path
from typing import Any

import pytest
from narrowing import present

from xlalign.evaluation.cell import GridCell
from xlalign.evaluation.cells import run_cell
from xlalign.evaluation.settings import EvalSettings


def cell(data: Path, task: str, seed: int = 1, **more: Any) -> GridCell:
    quick = {"steps": 60, "batch_size": 16, "evaluations": 2}
    options = {"all": {**quick, "regimes": [{"frozen": 0, "learning_rate": 5e-3}], **more}}
    settings = EvalSettings(tasks=(task,), data=f"folder:{data}", fine_tuning=options, seeds=(seed,), device="cpu")
    return settings.cells()[0]


def test_classification_learns_and_reports_every_language(nano, data, tmp_path):
    result = run_cell(cell(data, "xnli", 1), nano, tmp_path)
    assert result.languages.keys() == {"de", "en"}
    assert result.languages["en"].headline > 90
    assert present(result.dev) > 90
    assert len(result.languages["de"].predictions) == 40
    assert result.setup["regime"] == "frozen=0,lr=0.005,pool=mean"
    assert result.setup["train_examples"] == 200


def test_tagging_learns(nano, data, tmp_path):
    result = run_cell(cell(data, "panx", 1), nano, tmp_path)
    assert result.languages["en"].headline > 90
    assert result.languages["en"].scores["accuracy"] > 90


def test_labels_that_training_lacks_are_tested_and_never_predicted(nano, data, tmp_path):
    import shutil

    shutil.copytree(data, tmp_path / "data")
    path = tmp_path / "data/masakhaner/swa/test.txt"
    path.parent.mkdir(parents=True)
    path.write_text("dog B-PER\ntree O\n\nred B-DATE\nhouse O\n")
    result = run_cell(cell(tmp_path / "data", "masakhaner"), nano, tmp_path / "work")
    assert [len(tags) for tags in result.languages["swa"].predictions] == [2, 2]
    assert result.languages["swa"].scores["recall"] <= 50


def test_the_same_cell_twice_is_the_same(nano, data, tmp_path):
    one, two = (run_cell(cell(data, "xnli", 3, steps=12), nano, tmp_path / name) for name in "ab")
    other = run_cell(cell(data, "xnli", 4, steps=12), nano, tmp_path / "c")
    assert one.languages == two.languages != other.languages


def test_a_stopped_cell_goes_on_where_it_stopped(nano, data, tmp_path, monkeypatch):
    from xlalign.evaluation import cells, finetune

    whole = run_cell(cell(data, "xnli", 1), nano, tmp_path / "whole")
    tested = []

    def stop_at_second(cell, task, solver, examples, lang, original=cells._score):
        tested.append(lang)
        if len(tested) == 2:
            raise KeyboardInterrupt
        return original(cell, task, solver, examples, lang)

    with monkeypatch.context() as patch:
        patch.setattr(cells, "_score", stop_at_second)
        with pytest.raises(KeyboardInterrupt):
            run_cell(cell(data, "xnli", 1), nano, tmp_path / "cut")
    monkeypatch.setattr(finetune.TaskProgram, "loss", None)
    again = run_cell(cell(data, "xnli", 1), nano, tmp_path / "cut")
    assert again.languages == whole.languages


def test_the_regime_is_chosen_on_english_dev(nano, data, tmp_path):
    grid = [{"frozen": 2, "learning_rate": 1e-7}, {"frozen": 0, "learning_rate": 5e-3}]
    result = run_cell(cell(data, "xnli", regimes=grid, steps=40), nano, tmp_path)
    assert result.setup["regime"].startswith("frozen=0")
    assert result.setup["trials"]["frozen=0,lr=0.005,pool=mean"] == result.dev
    assert len(result.setup["trials"]) == 2


def test_retrieval_needs_no_training(nano, data, tmp_path):
    result = run_cell(cell(data, "tatoeba"), nano, tmp_path)
    german = result.languages["de"]
    assert result.dev is None
    assert result.setup["point"] == "layer=3,pool=mean"
    assert {"accuracy", "to_english", "chrf", "bleu", "hubness"} == german.scores.keys()
    assert sorted(map(int, german.predictions))[-1] < 20


def test_trials_made_elsewhere_are_used_and_not_repeated(nano, data, tmp_path, monkeypatch):
    from xlalign.evaluation import finetune
    from xlalign.evaluation.tuned import tune

    grid = ({"frozen": 2, "learning_rate": 1e-7}, {"frozen": 0, "learning_rate": 5e-3})
    options = {"all": {"steps": 40, "batch_size": 16, "evaluations": 1, "regimes": grid}}
    settings = EvalSettings(tasks=("xnli",), data=f"folder:{data}", fine_tuning=options, seeds=(1, 2), device="cpu")
    trials = [tmp_path / "trial0", tmp_path / "trial1"]
    first, second = (present(cell.tuning) for cell in settings.cells())
    for trial, out in zip(first.trials(), trials, strict=True):
        tune(trial, nano, tmp_path / "work", out)
    other = tune(second, nano, tmp_path / "work", tmp_path / "second", trials=trials)
    assert other.setup["regime"] == "frozen=0,lr=0.005,pool=mean"
    assert other.setup["trials"].keys() == {"frozen=0,lr=0.005,pool=mean", "frozen=2,lr=1e-07,pool=mean"}
    monkeypatch.setattr(finetune.TaskProgram, "loss", None)
    tune(first, nano, tmp_path / "work", tmp_path / "first", trials=trials)
    weights = [(folder / finetune.WEIGHTS).read_bytes() for folder in (trials[1], tmp_path / "first")]
    assert weights[0] == weights[1]


def test_a_probe_leaves_the_encoder_as_it_is(nano, data, tmp_path):
    from safetensors.torch import load_file

    from xlalign.evaluation.finetune import WEIGHTS

    grid = [{"frozen": "all", "learning_rate": 2e-2, "pooling": "pair"}]
    result = run_cell(cell(data, "xnli", regimes=grid), nano, tmp_path)
    assert result.setup["regime"] == "frozen=all,lr=0.02,pool=pair"
    assert all(name.startswith("output.") for name in load_file(tmp_path / "tuned" / WEIGHTS))
    assert result.languages["en"].headline > 60


@pytest.mark.parametrize("task", ["xnli", "panx"])
def test_a_probe_that_remembers_is_one_that_reads_again(nano, data, tmp_path, monkeypatch, task):
    from xlalign.evaluation import finetune
    from xlalign.modeling.encoder import Encoder, States

    grid = [{"frozen": "all", "learning_rate": 2e-2}]
    passes = []
    original = Encoder.forward

    def counted(*arguments: Any, **options: Any) -> States:
        passes.append(1)
        return original(*arguments, **options)

    monkeypatch.setattr(Encoder, "forward", counted)
    one = run_cell(cell(data, task, regimes=grid), nano, tmp_path / "one")
    few = len(passes)
    monkeypatch.setattr(finetune, "REMEMBERED", 0)
    two = run_cell(cell(data, task, regimes=grid), nano, tmp_path / "two")
    assert len(passes) - few > 50 > few
    assert one.dev == two.dev
    assert one.languages["de"].predictions == two.languages["de"].predictions


def test_tasks_that_train_alike_share_one_fine_tuning():
    settings = EvalSettings(tasks=("xquad", "mlqa", "tydiqa"), seeds=(1,))
    xquad, mlqa, tydiqa = (one.tuning for one in settings.cells())
    assert xquad == mlqa != tydiqa
    shared = EvalSettings(
        tasks=("xquad", "mlqa", "tydiqa"), seeds=(1,), train_from=dict.fromkeys(("xquad", "mlqa"), "tydiqa")
    )
    assert len({present(one.tuning).model_dump_json() for one in shared.cells()}) == 1


def test_a_cell_names_nothing_but_what_it_depends_on(data):
    from xlalign.config import identity

    one = EvalSettings(tasks=("xnli", "tatoeba"), seeds=(1,), data="micro:")
    two = EvalSettings(tasks=("xnli",), seeds=(1, 2), retrieval={"score": "csls"}, device="cpu")
    assert identity(one.cells()[0]) == identity(two.cells()[0])
    assert identity(two.cells()[0]) != identity(two.cells()[1])


def test_the_more_plausible_choice_is_learned(nano, tmp_path):
    import json
    import random

    rng = random.Random(0)

    def line() -> str:
        label = rng.randrange(2)
        choices = ["the cat", "a dog"] if label else ["a dog", "the cat"]
        row = {"premise": "the house", "choice1": choices[0], "choice2": choices[1], "question": "effect"}
        return json.dumps({**row, "label": label}) + "\n"

    for name in ("train.en", "val.en", "test.zh", "test.et"):
        path = tmp_path / f"xcopa/{name}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(line() for _ in range(64)))
    result = run_cell(cell(tmp_path, "xcopa"), nano, tmp_path / "work")
    assert result.languages.keys() == {"et", "zh"}
    assert result.languages["zh"].headline > 90


def test_own_data_need_no_code(nano, tmp_path):
    import csv
    import random

    rng = random.Random(0)
    for lang in ("en", "de"):
        for split in ("train", "dev", "test"):
            path = tmp_path / f"mine/{split}.{lang}.csv"
            path.parent.mkdir(exist_ok=True)
            with path.open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["review", "stars"])
                for _ in range(80):
                    stars = rng.choice(["good", "bad"])
                    writer.writerow(["the cat, red" if stars == "good" else "a dog, big", stars])
    custom = {
        "kind": "classification",
        "files": "mine/{split}.{lang}.csv",
        "languages": ["en", "de"],
        "labels": ["good", "bad"],
        "columns": {"first": "review", "label": "stars"},
    }
    quick = {"all": {"steps": 30, "batch_size": 16, "evaluations": 1, "regimes": [{"learning_rate": 5e-3}]}}
    settings = EvalSettings(
        tasks=("reviews",), custom={"reviews": custom}, data=f"folder:{tmp_path}", fine_tuning=quick, seeds=(1,)
    )
    result = run_cell(settings.cells()[0], nano, tmp_path / "work")
    assert result.languages["de"].headline > 90


def test_an_incomplete_test_set_is_noted(nano, data, tmp_path):
    result = run_cell(cell(data, "xnli", steps=1), nano, tmp_path)
    assert result.languages["de"].notes == ["de: 40 test items; 5010 were published"]


def test_layer_pooling_and_centring_are_stated(nano, data, tmp_path):
    options = {"layer": -2, "pooling": "inner", "centre": True, "score": "csls"}
    settings = EvalSettings(tasks=("tatoeba",), data=f"folder:{data}", retrieval=options, device="cpu")
    result = run_cell(settings.cells()[0], nano, tmp_path)
    assert result.setup == {"point": "layer=2,pool=content", "score": "csls", "centred": True}


def test_layer_and_pooling_are_chosen_on_held_out_pairs(nano, tmp_path):
    settings = EvalSettings(tasks=("tatoeba",), dev_examples=20, test_examples=20, device="cpu")
    result = run_cell(settings.cells()[0], nano, tmp_path)
    assert len(result.curve) == 4 * 3
    assert result.curve[result.setup["point"]] == max(result.curve.values())
    assert "en" not in result.languages


def test_held_out_pairs_of_a_folder_choose_the_layer(nano, data, tmp_path):
    import shutil

    shutil.copytree(data, tmp_path / "data")
    for side in ("deu", "eng"):
        source = tmp_path / f"data/tatoeba/deu-eng.{side}"
        shutil.copy(source, tmp_path / f"data/tatoeba/deu-eng.dev.{side}")
    settings = EvalSettings(tasks=("tatoeba",), data=f"folder:{tmp_path / 'data'}", device="cpu")
    result = run_cell(settings.cells()[0], nano, tmp_path / "work")
    assert len(result.curve) == 4 * 3
    assert result.curve[result.setup["point"]] == max(result.curve.values())
