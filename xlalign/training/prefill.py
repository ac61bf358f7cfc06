"""Queues are filled with keys before the first step: with a bar, and with checkpoints where it takes long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from xlalign import progress
from xlalign.training import checkpoint
from xlalign.training.program import RecipeProgram
from xlalign.training.protocols import Batches

FIRST = 2**31
"""Filling reads batches from the far end of the run, so that the first steps see none of them."""
EVERY = 200
"""Passes between two checkpoints."""
FOLDER, PREFIX = "prefill", "pass-"


def prefill(
    program: RecipeProgram, batches: Batches, work: Path, rank: int = 0, wait: Callable[[], None] = lambda: None
) -> None:
    """Fill the queues; a run that was resumed has them in its checkpoint, a stopped filling goes on.

    Args:
        program: its encoders are only read.
        batches: of the run; pass n reads the batch of step 2**31 + n.
        work: folder of the run.
        rank: of this process; all processes hold the same queue, and the first writes it.
        wait: until all processes are here.
    """
    if any((work / "checkpoints").glob("step-*")):
        return
    program.modules().eval()
    passes = _resume(program, work / FOLDER)
    wait()  # nobody writes a checkpoint before all have looked for one
    left = program.unfilled()
    with torch.no_grad(), progress.task("fill the queue", left, "keys") as task:
        while left:
            program.prefill(batches.batch(FIRST + passes))
            passes += 1
            before, left = left, program.unfilled()
            task.advance(before - left)
            if rank == 0 and left and passes % EVERY == 0:
                checkpoint.save(work / FOLDER, f"{PREFIX}{passes:09}", _state(program), {"passes": passes})


def _resume(program: RecipeProgram, folder: Path) -> int:
    """Passes that an interrupted run made; its queues are taken over."""
    found = checkpoint.newest(folder, PREFIX)
    if found is None:
        return 0
    tensors, meta = checkpoint.load(found)
    for name, value in _state(program).items():
        value.copy_(tensors[name])
    return int(meta["passes"])


def _state(program: RecipeProgram) -> dict[str, torch.Tensor]:
    """The buffers of the objectives, which are all that filling changes."""
    return {
        f"{name}.{buffer}": value
        for name, objective in program.objectives.items()
        for buffer, value in objective.named_buffers()
    }
