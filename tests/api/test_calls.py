"""The stages as functions."""

import subprocess
import sys

import pandas as pd
import pytest

import xlalign
from xlalign.errors import UserError


def test_importing_is_light():
    code = (
        "import sys, xlalign; assert callable(xlalign.__version__.split)\n"
        "print([name for name in ('torch', 'transformers', 'numpy', 'pydantic') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    assert set(xlalign.__all__) <= set(dir(xlalign))
    with pytest.raises(AttributeError):
        xlalign.no_such_thing  # noqa: B018


def test_align():
    pairs = [("the dog sleeps", "der Hund schläft"), ("", "leer"), ("tab\there", "Tab hier")]
    found = xlalign.align(pairs, "en-de")
    frame = pd.DataFrame(found.records())
    assert list(frame["links"][0]) == [(0, 0), (1, 1), (2, 2)]
    assert [len(words) for words in frame["source_words"]] == [3, 0, 2]
    assert xlalign.align(pairs, "en-de").key == found.key
    with pytest.raises(UserError, match="no pairs"):
        xlalign.align([])


def test_prepare_pretrain_and_evaluate():
    text = {"uri": "micro:7", "pairs": 60, "documents": 30}
    bitext = xlalign.prepare([text], "en-de", dev_size=6)
    assert {row["split"] for row in bitext.records()} == {"train", "dev"}
    model = xlalign.pretrain("mlm", "scratch:nano", [text], "en-de", steps=2, batch_size=4, log_every=1)
    assert (model.path / "config.json").is_file()
    assert [row["step"] for row in model.records() if "loss" in row] == [1, 2]
    scores = pd.DataFrame(
        xlalign.evaluate(model.path, "tatoeba", "micro:7", languages=["de"], test_examples=10).records()
    )
    assert list(scores["language"]) == ["de"]
    assert scores["score"].between(0, 100).all()
    assert xlalign.open_artifact(model.key[:10]) == xlalign.open_artifact("mlm") == model
    with pytest.raises(UserError, match="no artifact `nothing`"):
        xlalign.open_artifact("nothing")


def test_mistakes_are_those_of_the_command_line():
    with pytest.raises(UserError, match="did you mean `dev_size`"):
        xlalign.prepare("micro:7", "en-de", devsize=3)
    with pytest.raises(UserError, match="ppa"):
        xlalign.load_preset("ppb")
    assert xlalign.load_preset("ppa", temperature=0.2)
