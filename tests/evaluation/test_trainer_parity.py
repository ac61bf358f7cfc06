"""The same small encoder, data and hyperparameters under transformers' Trainer (see benchmarks/eval_trainer.py)."""

import importlib
from pathlib import Path

import pytest
from narrowing import present

from xlalign.evaluation.data.sets import TestData, TrainingData
from xlalign.evaluation.options import Regime
from xlalign.evaluation.settings import EvalSettings


@pytest.fixture(scope="module")
def bench():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
        yield importlib.import_module("eval_trainer")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_accuracy_is_that_of_trainer(bench, nano, data):
    tuning = {"steps": 80, "batch_size": 16, "evaluations": 1, "dropout": 0.0, "hidden": 0}
    regime = Regime(learning_rate=5e-3)
    settings = EvalSettings(tasks=("xnli",), data=f"folder:{data}", fine_tuning={"all": tuning}, seeds=(1,))
    cell = settings.cells()[0]
    cell = cell.model_copy(update={"tuning": present(cell.tuning).model_copy(update={"regime": regime})})
    english, test = TrainingData(present(cell.tuning).data).english(), TestData(cell.test).tested("en")
    bench_cell = bench.BenchCell(**{**dict(cell), "model": str(nano)})
    bench.check_same(bench_cell, test[:16])
    ours, theirs = bench.ours(bench_cell, english, test), bench.trainer(bench_cell, english, test, grouped=False)
    assert ours[2] == pytest.approx(theirs[2], abs=5)
    assert ours[2] > 90
