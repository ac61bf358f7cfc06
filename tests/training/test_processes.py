"""Runs in real processes: two of them give what one gives; a killed one goes on to the bit."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parent / "run_pretrain.py"


def start(settings: dict[str, object], artifacts: tuple[Path, Path], folder: Path) -> subprocess.Popen[bytes]:
    arguments = [json.dumps(settings), *map(str, artifacts), str(folder / "work"), str(folder / "out")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(SCRIPT.parents[2])}
    return subprocess.Popen([sys.executable, str(SCRIPT), *arguments], env=environment)


def settings(**more: object) -> dict[str, object]:
    table = {"from": "scratch:nano", "steps": 60, "batch_size": 8, "learning_rate": 3e-3, "device": "cpu"}
    return {**table, "checkpoint_every": 7, "log_every": 5, **more}


RECIPES = {
    "ppa": {"contrast.queue": 24},
    "ml-ctl": {},
    "xlm-align": {"dwa.label_layer": 2},
    "wu-dredze-strong": {},
}


@pytest.mark.parametrize("sharded", [False, True], ids=["ddp", "fsdp"])
@pytest.mark.parametrize("preset", RECIPES)
def test_two_processes_give_what_one_gives(preset, sharded, artifacts, tmp_path):
    table = settings(preset=preset, steps=6, log_every=1, options=RECIPES[preset], sharded=sharded)
    assert start(table, artifacts, tmp_path / "one").wait() == 0
    assert start(table | {"processes": 2}, artifacts, tmp_path / "two").wait() == 0
    one, two = (load_file(tmp_path / name / "out/model.safetensors") for name in ("one", "two"))
    # AdamW divides tiny gradients by their own size, so rounding shows in single weights.
    assert all((one[name] - two[name]).norm() <= 5e-3 * one[name].norm() for name in one)
    first, second = (
        [json.loads(line) for line in (tmp_path / name / "out/metrics.jsonl").read_text().splitlines()]
        for name in ("one", "two")
    )
    for a, b in zip(first, second, strict=True):
        assert a.keys() == b.keys()
        for key in a.keys() & {"loss", "gradient_norm"}:
            assert a[key] == pytest.approx(b[key], rel=1e-3)


@pytest.mark.parametrize("sharded", [False, True], ids=["ddp", "fsdp"])
def test_two_processes_go_on_from_a_checkpoint_to_the_bit(sharded, artifacts, tmp_path):
    """Also where weights and optimizer are split: they are whole in the checkpoint."""
    table = settings(preset="ppa", options=RECIPES["ppa"], sharded=sharded, processes=2, steps=6, checkpoint_every=3)
    assert start(table, artifacts, tmp_path).wait() == 0
    model = tmp_path / "out/model.safetensors"
    whole = load_file(model)
    model.unlink()
    shutil.rmtree(tmp_path / "work/checkpoints/step-00000006")
    assert start(table, artifacts, tmp_path).wait() == 0
    again = load_file(model)
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_killed_at_random_moments_it_ends_with_the_same_weights(artifacts, tmp_path):
    """As many kills as XLALIGN_KILLS says, at most three in one run."""
    table = settings(preset="ppa", options={"contrast.queue": 24})
    began = time.monotonic()
    assert start(table, artifacts, tmp_path / "whole").wait() == 0
    whole, dice, left = time.monotonic() - began, random.Random(0), int(os.environ.get("XLALIGN_KILLS", "6"))
    while left > 0:
        folder = tmp_path / f"killed{left}"
        for _ in range(min(left, 3)):
            process = start(table, artifacts, folder)
            with suppress(subprocess.TimeoutExpired):
                process.wait(dice.uniform(0.4, 0.95) * whole)
            left -= process.poll() is None
            process.kill()
            process.wait()
        assert start(table, artifacts, folder).wait() == 0
        for name in ("model.safetensors", "metrics.jsonl"):
            assert (folder / "out" / name).read_bytes() == (tmp_path / "whole/out" / name).read_bytes()
