"""Whatever goes wrong while an artifact is made is one message with the stage, a next step and an exit code."""

import pytest
from failing_stage import node
from fake_stage import graph
from fake_stage import node as fake

from xlalign.artifacts.store import Store
from xlalign.cli.console import StageReporter, output
from xlalign.errors import XlalignError
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.runner import make_current

SAID = {
    "full": (5, "no space left on the disk of the cache", "cache gc"),
    "too_big": (5, "larger than the system allows", "ulimit"),
    "memory": (6, "part: memory ran out", "batch_size"),
    "allocator": (6, "part: memory ran out", "batch_size"),
    "broken_weights": (3, "part: weights that are not readable as safetensors", "damaged or incomplete"),
    "rust": (5, "no space left on the disk of the cache", "cache gc"),
    "bare": (1, "part: Exception: Unk token `<unk>` not found", "--debug"),
    "killed": (6, "a worker process was ended from outside", "--workers 1"),
    "missing": (4, "part: needs the package no_such_package", "pip install"),
    "deep": (1, "part: RecursionError", "--debug"),
    "stubborn": (1, "part: StubbornError: first", "--debug"),
}


@pytest.mark.parametrize("how", SAID)
def test_one_message_with_place_and_next_step(how):
    stages = graph(node(how), fake("other", value=3))
    workers = 2 if how in ("too_big", "killed", "deep", "stubborn") else 1  # some would harm this process
    reporter = StageReporter(output(stderr=True), quiet=True)
    with pytest.raises(XlalignError) as caught:
        make_current(stages, list(stages), Store(), ExecutionSettings(workers=workers), reporter)
    code, message, hint = SAID[how]
    assert message in caught.value.message
    assert caught.value.message.startswith("part: ") or how == "killed"
    assert "\n" not in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.exit_code == code
    assert list(Store().root.glob("work/*/artifact/data/*")) == [] or how == "killed"
    assert list(Store().root.glob("artifacts/failing/*")) == []
