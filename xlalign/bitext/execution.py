"""Doing jobs in other processes, with the results in the order of the jobs whoever is first."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any, Literal, TypeVar

from xlalign.errors import MissingExtraError

J = TypeVar("J")
R = TypeVar("R")
JOBS_IN_FLIGHT = 3
"""Per worker: enough that none waits, few enough that memory does not grow with the corpus."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_context: Any = None


def ordered_map(
    function: Callable[[J, Any], R],
    jobs: Iterable[J],
    context: Any,
    workers: int,
    engine: Literal["local", "ray"] = "local",
) -> Iterator[R]:
    """`function(job, context)` for every job, in order.

    Args:
        function: importable from a module, for it runs in fresh processes.
        jobs: read only as fast as they are done.
        context: what all jobs share; sent to each process once.
        workers: processes; with the local engine 1 is this one.
        engine: a process pool on this machine, or a Ray cluster.

    Raises:
        MissingExtraError: Ray is wanted but not installed.
    """
    if engine == "ray":
        yield from _on_ray(function, jobs, context, workers)
    elif workers == 1:
        yield from map(partial(_with, function, context), jobs)
    else:
        yield from _on_pool(function, jobs, context, workers)


def _on_pool(function: Callable[[J, Any], R], jobs: Iterable[J], context: Any, workers: int) -> Iterator[R]:
    with _one_thread_each(), ProcessPoolExecutor(workers, get_context("spawn"), _keep_context, (context,)) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for job in jobs:
                waiting.append(pool.submit(_with_kept, function, job))
                if len(waiting) >= JOBS_IN_FLIGHT * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _on_ray(function: Callable[[J, Any], R], jobs: Iterable[J], context: Any, workers: int) -> Iterator[R]:
    """On the running Ray cluster, or one started on this machine for as long as it takes."""
    try:
        import ray  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise MissingExtraError("engine `ray` needs the package ray", 'pip install ray, or engine = "local"') from None
    ours = not ray.is_initialized()
    if ours:
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    try:
        remote = ray.remote(num_cpus=1, runtime_env={"env_vars": dict.fromkeys(_THREADS, "1")})(function)
        shared, waiting = ray.put(context), deque[Any]()
        for job in jobs:
            waiting.append(remote.remote(job, shared))
            if len(waiting) >= JOBS_IN_FLIGHT * workers:
                yield ray.get(waiting.popleft())
        while waiting:
            yield ray.get(waiting.popleft())
    finally:
        if ours:
            ray.shutdown()


def _with(function: Callable[[J, Any], R], context: Any, job: J) -> R:
    return function(job, context)


def _keep_context(context: Any) -> None:
    global _context  # noqa: PLW0603 - one value per worker process
    _context = context


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
