"""bf16 where the processor has it: asked for, part of the key, near float32, the same each time."""

import numpy as np
import pytest

from xlalign.config import identity
from xlalign.evaluation.finetune import train_settings
from xlalign.evaluation.model import load
from xlalign.evaluation.options import FineTuning, Regime, RetrievalOptions
from xlalign.modeling import precision
from xlalign.modeling.embed import Point, text_vectors, unit_rows
from xlalign.training.settings import TrainSettings

TEXTS = ["the old dog sees a small house", "der alte Hund sieht ein kleines Haus", "a", "two trees"] * 5


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("processor : 0\nflags\t\t: fpu sse avx512_bf16 amx_tile\n", True),
        ("processor : 0\nflags\t\t: fpu sse avx512f avx512_vnni\n", False),
        ("processor : 0\nFeatures\t: fp asimd i8mm bf16\n", True),
        ("model name : Xeon with bf16\nflags : fpu\n", False),
    ],
)
def test_the_processors_own_words(tmp_path, text, has):
    (tmp_path / "cpuinfo").write_text(text)
    assert precision.processor_has_bf16(tmp_path / "cpuinfo") is has
    assert not precision.processor_has_bf16(tmp_path / "none")


@pytest.mark.parametrize("machine", ["fp32", "bf16"])
def test_auto_is_what_the_machine_is_fast_at_and_the_key_holds_that(monkeypatch, machine):
    monkeypatch.setattr(precision, "fastest", lambda: machine)
    for settings in (TrainSettings, FineTuning, RetrievalOptions):
        assert identity(settings(precision="auto")) == identity(settings(precision=machine))
    assert identity(RetrievalOptions(precision="bf16")) != identity(RetrievalOptions())
    assert "precision" not in identity(FineTuning()), "older keys stand"
    assert train_settings(FineTuning(precision="auto"), Regime(), 0, 5, "cpu").precision == machine


def test_vectors_in_bf16_are_near_and_the_same_each_time(nano):
    point = Point(-1, "mean")

    def vectors(wanted):
        encoder, tokenizer = load(nano, precision=wanted)
        return unit_rows(text_vectors(encoder, tokenizer, TEXTS, [point])[point])

    exact, once, again = vectors("fp32"), vectors("bf16"), vectors("bf16")
    assert (once == again).all()
    assert not np.allclose(once, exact, atol=1e-6), "nothing was rounded"
    assert (once * exact).sum(1).min() > 0.999
