"""Where a program runs: device, precision and processes, through accelerate."""

from __future__ import annotations

import importlib.util
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xlalign.errors import MissingExtraError, UserError
from xlalign.modeling.encoder import Encoder
from xlalign.objectives.base import LossOutput
from xlalign.training import sharding
from xlalign.training.settings import TrainSettings

if TYPE_CHECKING:
    from accelerate import PartialState
    from torch.distributed.fsdp import FSDPModule

    from xlalign.training.protocols import TrainingProgram


TRACKED = "trackers"
"""Folder, below a run's own, in which trackers write."""


class _Step(nn.Module):
    """A program's loss as a module's forward pass, which is what autocast and DDP wrap."""

    def __init__(self, program: TrainingProgram) -> None:
        super().__init__()
        self.state = program.modules()
        self._loss = program.loss

    def forward(self, batch: Any) -> LossOutput:
        return self._loss(batch)


class Device:
    """A prepared program.

    Attributes:
        device: the torch device of this process.
        rank: number of this process, 0 to `world` - 1.
        world: number of processes.
    """

    def __init__(self, program: TrainingProgram, settings: TrainSettings, work: Path) -> None:
        from accelerate import Accelerator, DistributedDataParallelKwargs
        from accelerate.state import AcceleratorState

        # Several runs in one process may differ in precision; accelerate keeps the first one's otherwise.
        AcceleratorState._reset_state()
        mixed = "bf16" if settings.precision == "bf16" else "no"
        # Poolers have no gradient.
        parallel = DistributedDataParallelKwargs(find_unused_parameters=True)
        self.accelerator = Accelerator(
            cpu=device_name(settings.device) == "cpu",
            mixed_precision=mixed,
            kwargs_handlers=[parallel],
            log_with=_trackers(settings),
            project_dir=work / TRACKED,
        )
        if settings.trackers:
            (work / TRACKED).mkdir(parents=True, exist_ok=True)
            own = {"wandb": {"dir": str(work / TRACKED)}}
            self.accelerator.init_trackers("xlalign", _plain(settings), init_kwargs=own)
        self.device: torch.device = self.accelerator.device
        self.rank: int = self.accelerator.process_index
        self.world: int = self.accelerator.num_processes
        program.modules().to(self.device)
        if settings.compiled:
            for part in program.modules().modules():
                if isinstance(part, Encoder):
                    part.compile_body()
        self._step = _Step(program)
        self._split: FSDPModule | None = None
        if settings.sharded and self.world > 1:
            self._split = sharding.shard(self._step, self.device, self.world)
        elif mixed != "no" or self.world > 1:
            self._step = self.accelerator.prepare(self._step)

    def loss(self, batch: Any) -> LossOutput:
        """The program's loss under the run's precision; its backward pass averages over processes."""
        with self.accelerator.autocast() if self._split else nullcontext():
            return self._step(batch)

    def whole(self) -> AbstractContextManager[None]:
        """A block in which encoders can be called outside a step."""
        return sharding.whole(self._split) if self._split else nullcontext()

    def move(self, batch: Any) -> Any:
        """The batch on this device; tensors in dictionaries, lists and tuples are found."""
        if self.device.type == "cpu":
            return batch
        return move(batch, self.device)

    def any(self, flag: bool) -> bool:
        """Whether the flag is up in any process, so that all stop together."""
        if self.world == 1:
            return flag
        # A process that stopped alone would leave the others waiting for its gradient.
        value = torch.tensor(float(flag), device=self.device)
        return bool(self.accelerator.reduce(value, "sum") > 0)

    def log(self, record: dict[str, float]) -> None:
        """Send a record of metrics to the trackers, when there are any."""
        if self.accelerator.trackers:
            self.accelerator.log(record, step=int(record["step"]))

    def wait(self) -> None:
        """Wait for all processes."""
        self.accelerator.wait_for_everyone()

    def close(self) -> None:
        """End what the trackers have begun, so that the next run in this process begins its own."""
        if self.accelerator.trackers:
            self.accelerator.end_training()


def process(settings: TrainSettings) -> tuple[int, int]:
    """Number of this process and number of processes, as `torchrun` or `accelerate launch` set them up."""
    state = _processes(settings)
    return state.process_index, state.num_processes


def wait(settings: TrainSettings) -> None:
    """Wait for all processes; nothing to wait for in a single one."""
    _processes(settings).wait_for_everyone()


def _processes(settings: TrainSettings) -> PartialState:
    """The group of processes; its first user fixes the device for all, so all say it."""
    from accelerate import PartialState

    return PartialState(cpu=device_name(settings.device) == "cpu")


def _trackers(settings: TrainSettings) -> list[str] | None:
    for name in settings.trackers:
        if importlib.util.find_spec(name) is None:
            raise MissingExtraError(f"tracker `{name}` needs the package {name}", f"pip install {name}")
    return list(settings.trackers) or None


def _plain(settings: TrainSettings) -> dict[str, str | int | float | bool]:
    values = settings.model_dump(mode="json").items()
    return {key: value if isinstance(value, str | int | float | bool) else str(value) for key, value in values}


def prepare(program: TrainingProgram, settings: TrainSettings, work: Path) -> Device:
    """Put a program on the device that the settings name; trackers write below `work`."""
    return Device(program, settings, work)


def device_name(wanted: str) -> str:
    """Resolve "auto", and refuse a device that this machine lacks."""
    found = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if found[name])
    if not found.get(wanted.split(":", maxsplit=1)[0], False):
        raise UserError(f"device `{wanted}` is not available here", "set device = 'auto'")
    return wanted


def move(batch: Any, device: torch.device) -> Any:
    """The batch with every tensor on `device`."""
    if isinstance(batch, Tensor) or hasattr(batch, "to"):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, list | tuple):
        return type(batch)(move(value, device) for value in batch)
    return batch
