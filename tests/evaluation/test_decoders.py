"""Decoders are fine-tuned and tested as encoders are: whole rows are read, by the last token or the mean."""

import pytest
from tiny import model
from transformers import AutoTokenizer

from xlalign.evaluation.cells import run_cell
from xlalign.evaluation.settings import EvalSettings
from xlalign.modeling import loading


@pytest.mark.parametrize(
    ("kind", "task", "pooling", "wanted"),
    [
        ("llama", "xnli", "last", 68),
        pytest.param("gemma3_text", "xnli", "last", 68, marks=pytest.mark.slow),
        pytest.param("qwen3", "xnli", "last", 68, marks=pytest.mark.slow),
        ("qwen3", "xnli", "mean", 68),
        ("qwen3", "panx", "mean", 20),
    ],
)
def test_a_head_on_a_decoder_learns(kind, task, pooling, wanted, nano, data, tmp_path):
    tokenizer = AutoTokenizer.from_pretrained(nano)
    loading.save(model(kind, vocab_size=len(tokenizer), initializer_range=0.1), tokenizer, tmp_path / "model")
    quick = {"steps": 60, "batch_size": 16, "evaluations": 1, "regimes": [{"learning_rate": 1e-2, "pooling": pooling}]}
    settings = EvalSettings(tasks=(task,), data=f"folder:{data}", fine_tuning={"all": quick}, seeds=(1,), device="cpu")
    (cell,) = settings.cells()
    found = run_cell(cell, tmp_path / "model", tmp_path / "work").languages
    assert found.keys() >= {"en", "de"}
    assert found["en"].headline > wanted
