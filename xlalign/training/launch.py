"""Pretraining in one process, or in several of this machine that train together (torch's elastic launcher)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from xlalign.errors import Interrupted, XlalignError
from xlalign.training.settings import PretrainSettings


def launch(
    settings: PretrainSettings,
    bitext: Path,
    alignments: Path | None,
    start: Path | None,
    work: Path,
    out: Path,
    tokens: Mapping[str, Path] | None = None,
) -> dict[str, Any]:
    """`pretrain` in as many processes as the settings say; what one process raises in all of them is raised here."""
    paths = (bitext, alignments, start, work, out, dict(tokens or {}))
    count = settings.processes or max(1, torch.cuda.device_count())
    return _alone(settings, paths) if count == 1 else _together(count, settings, paths)


def _alone(settings: PretrainSettings, paths: tuple[Any, ...]) -> dict[str, Any]:
    from xlalign.training.pretrain import pretrain  # not in a parent of processes, which trains nothing

    return pretrain(settings, *paths)


def _together(count: int, settings: PretrainSettings, paths: tuple[Any, ...]) -> dict[str, Any]:
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=count,
        run_id="xlalign",
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        start_method="spawn",
    )
    # DDP would warn in every process that all parameters had a gradient after all.
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    try:
        results = elastic_launch(config, _work)(settings, paths, torch.get_num_threads())
    except SignalException as error:
        raise Interrupted("stopped; a checkpoint was written") from error
    summary = results[0]
    if isinstance(summary, XlalignError):
        raise summary
    return dict(summary)


def _work(settings: PretrainSettings, paths: tuple[Any, ...], threads: int) -> dict[str, Any] | XlalignError:
    """One process; errors that users are told travel back as values, so that their text is kept."""
    torch.set_num_threads(threads)
    try:
        return _alone(settings, paths)
    except XlalignError as error:
        return error
