"""Doing jobs in other processes, with the results in the order of the jobs whoever is first."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import chain, islice
from typing import Any, Literal, NamedTuple, TypeVar

from xlalign.errors import MissingExtraError

J = TypeVar("J")
R = TypeVar("R")
EngineKind = Literal["local", "ray"]
JOBS_IN_FLIGHT = 3
"""Per worker: enough that none waits, few enough that memory does not grow with the corpus."""

JOBS_TO_START = 8
"""Per worker: with fewer in all, starting processes (a second or two of imports) takes longer than it saves."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_context: Any = None


class Engine(NamedTuple):
    """Where jobs are done: in `workers` processes of this machine, or on a Ray cluster (0: all its cores)."""

    kind: EngineKind = "local"
    workers: int = 1


HERE = Engine()
"""This process alone."""


def ordered_map(function: Callable[[J, Any], R], jobs: Iterable[J], context: Any, engine: Engine = HERE) -> Iterator[R]:
    """`function(job, context)` for every job, in order.

    Args:
        function: importable from a module, for it runs in fresh processes.
        jobs: read only as fast as they are done.
        context: what all jobs share; sent to each process once.
        engine: where; a few jobs are done in this process all the same, as starting others would take longer.

    Raises:
        MissingExtraError: Ray is wanted but not installed.
    """
    if engine.kind == "ray":
        yield from _on_ray(function, jobs, context, engine.workers)
        return
    enough = JOBS_TO_START * engine.workers
    rest = iter(jobs)
    # Jobs are counted by taking as many as would pay for processes; those that were taken go first again.
    head = list(islice(rest, enough)) if engine.workers > 1 else []
    if engine.workers > 1 and len(head) == enough:
        yield from _on_pool(function, chain(head, rest), context, engine.workers)
    else:
        yield from map(partial(_with, function, context), chain(head, rest))


def _on_pool(function: Callable[[J, Any], R], jobs: Iterable[J], context: Any, workers: int) -> Iterator[R]:
    spawn = multiprocessing.get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(workers, spawn, _start_worker, (context,)) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for job in jobs:
                waiting.append(pool.submit(_with_kept, function, job))
                # The oldest is waited for, so results come in order and the source is read no faster than they are
                # taken.
                if len(waiting) >= JOBS_IN_FLIGHT * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _on_ray(function: Callable[[J, Any], R], jobs: Iterable[J], context: Any, workers: int) -> Iterator[R]:
    with ray_cluster(workers) as ray:
        remote = ray.remote(num_cpus=1, runtime_env={"env_vars": dict.fromkeys(_THREADS, "1")})(function)
        shared, waiting = ray.put(context), deque[Any]()
        most = JOBS_IN_FLIGHT * (workers or int(ray.cluster_resources()["CPU"]))
        for job in jobs:
            waiting.append(remote.remote(job, shared))
            if len(waiting) >= most:
                yield ray.get(waiting.popleft())
        while waiting:
            yield ray.get(waiting.popleft())


@contextmanager
def ray_cluster(workers: int) -> Iterator[Any]:
    """Ray on the running cluster (`RAY_ADDRESS`, else one on this machine), or on one of our own for the block.

    Args:
        workers: cores of a cluster of our own; 0: all of this machine.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # its new default, without the warning
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise MissingExtraError(
            'engine = "ray" needs the package ray', 'pip install "xlalign[ray]", or engine = "local"'
        ) from None
    ours = not ray.is_initialized()
    if ours:
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
        try:
            ray.init(address="auto", **quiet)
        except ConnectionError:
            ray.init(address="local", num_cpus=workers or None, include_dashboard=False, **quiet)
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()


def end_with_parent() -> None:
    """Make this process end when the one that started it has ended, `kill -9` included."""
    threading.Thread(target=_outlive_not, daemon=True).start()


def _outlive_not() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        # Not sys.exit: this is a thread, and the main one may be deep in a matrix product.
        os._exit(1)


def _start_worker(context: Any) -> None:
    global _context  # noqa: PLW0603 - one value per worker process
    _context = context
    end_with_parent()


def _with(function: Callable[[J, Any], R], context: Any, job: J) -> R:
    return function(job, context)


def _with_kept(function: Callable[[J, Any], R], job: J) -> R:
    return function(job, _context)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started inside use one BLAS thread: several fight for the same cores (54 instead of 3,150 lines/s)."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
