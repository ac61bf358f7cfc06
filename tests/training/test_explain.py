"""What a user is told before anything runs: presets with their cost, equation and deviations, and what is lacking."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlalign.cli.main import app
from xlalign.errors import UserError
from xlalign.objectives import presets
from xlalign.stages.pipeline import load

PIPELINE = """
[prepare]
sources = ["micro:"]
[pretrain.base]
preset = "mlm"
from = "scratch:nano"
[pretrain.own]
preset = "{preset}"
from = "base"
"""


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["pretrain", *arguments])
    return result.output + str(result.exception or "")


def test_a_preset_is_explained_as_published():
    text = run("--preset", "info-word", "--explain")
    for wanted in ("2202.13083", "contrast.temperature = 0.07", "training.learning_rate = 2e-06", "differs", "L = "):
        assert wanted in text
    assert "(preset:" not in text


def test_a_stage_is_explained_with_the_file_s_values_beside_the_preset_s():
    text = run("ml-ctl", "--explain", "--set", "pretrain.ml-ctl.temperature=0.2")
    assert "contrast.temperature = 0.2 (preset: 0.07)" in text
    assert "training.batch_size = 32 (preset: 64)" in text


def test_a_preset_without_explain_says_where_it_belongs():
    result = CliRunner().invoke(app, ["pretrain", "--preset", "ppa"])
    assert result.exit_code == 2


def test_cost_counts_every_encoding_once():
    rows = {row["name"]: float(row["cost"]) for row in presets.catalogue()}
    assert rows["mlm"] == 2.0  # a document of two sentences
    assert rows["xlm-tlm"] == 4.0  # the same, and a pair
    assert rows["ppa"] == pytest.approx(3.3)  # a pair, one side, the other without gradient
    assert rows["cz-snt"] == rows["ml-ctl"] == 4.0  # both sides plain and masked


@pytest.mark.parametrize(
    ("preset", "message"),
    [
        ("ml-ctl", "`own`: preset `ml-ctl` needs links"),
        ("align-mlm", "`own`: preset `align-mlm` needs dictionary"),
        ("infoxlm", "contrast.layers reads layer 8, and the encoder has 3 layers"),
    ],
)
def test_what_a_preset_lacks_is_said_when_the_plan_is_made(tmp_path: Path, preset: str, message: str):
    path = tmp_path / "xlalign.toml"
    path.write_text(PIPELINE.format(preset=preset), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load(path).graph()
