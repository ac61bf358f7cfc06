"""The gold links of a bitext as an aligner."""

import json

import pytest

from xlalign.alignment.artifact import align_bitext
from xlalign.alignment.given import GoldSettings
from xlalign.alignment.settings import AlignSettings
from xlalign.bitext.prepare import prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.errors import DataError


def bitext(folder, **more):
    table = {"languages": ["en", "hi"], "sources": [{"uri": "micro:world=3", "pairs": 60}], "dev_size": 5}
    prepare(PrepareSettings.model_validate(table | more), folder)
    return folder


def test_gold_links_have_no_error(tmp_path):
    artifact = bitext(tmp_path / "bitext", gold_for_train=True)
    scores = align_bitext(artifact, AlignSettings(aligner=GoldSettings()), tmp_path / "out")
    assert scores["en-hi"]["aer"] == 0
    assert json.loads((tmp_path / "out/report.json").read_text(encoding="utf-8"))["aligner"] == "gold"


def test_a_pair_without_gold_is_an_error_that_says_what_to_set(tmp_path):
    artifact = bitext(tmp_path / "bitext")
    with pytest.raises(DataError) as caught:
        align_bitext(artifact, AlignSettings(aligner=GoldSettings()), tmp_path / "out")
    assert "gold_for_train" in str(caught.value.hint)
