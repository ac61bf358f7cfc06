"""Run jobs one after another in this process, or side by side in worker processes.

A worker ends at once when its parent dies (`kill -9` included), so a lock is never held by an orphan. Every
stage runs with a fixed number of threads, because sums in another order would change the last bits of a result.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from queue import Empty
from typing import Any, Protocol

from pydantic import Field

from xlalign.config import Settings, operational
from xlalign.errors import Interrupted
from xlalign.parallel import Engine, EngineKind, end_with_parent
from xlalign.progress import Event, listening
from xlalign.threads import WAITING

Report = Callable[[str, Event], None]
"""Called with the name of a job and one of its progress events."""


class ExecutionSettings(Settings):
    """The `[execution]` table."""

    workers: int = operational(
        0, "processes at a time: stages side by side, and one stage's data in parts; 0 = one per core", ge=0
    )
    engine: EngineKind = operational("local", "where the parts of a data stage are done: here, or on a Ray cluster")
    trust_remote_code: bool = operational(
        False, "run the Python code that comes with a model which transformers does not know; you have read it"
    )
    threads: int = Field(1, ge=1, description="threads of each stage; another number may change last bits")

    def worker_count(self) -> int:
        """The number of worker processes on this machine."""
        # The cores that this process may use, which in a container are fewer than the machine has.
        return self.workers or max(
            1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        )

    def share(self, stages: int) -> Engine:
        """What each of some stages that run at once may use; a Ray cluster shares itself out."""
        if self.engine == "ray":
            return Engine("ray", self.workers)
        # 4 workers and 3 stages at once: one process for the parts of each; a stage alone has all 4.
        return Engine("local", max(1, self.worker_count() // stages))


class Executor(Protocol):
    """Runs jobs; `completed` waits for at least one and yields all that are done, with result or error."""

    def submit(self, name: str, work: Callable[..., Any], *arguments: Any) -> None:
        """Queue `work(*arguments)`."""

    def completed(self) -> Iterator[tuple[str, Any]]:
        """The names and results (or exceptions) of finished jobs."""


class InlineExecutor:
    """Runs each job when its result is asked for, in this process."""

    def __init__(self, report: Report) -> None:
        self._queue: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = []
        self._report = report
        self._stopped: Interrupted | None = None

    def submit(self, name: str, work: Callable[..., Any], *arguments: Any) -> None:
        """Queue `work(*arguments)`."""
        self._queue.append((name, work, arguments))

    def completed(self) -> Iterator[tuple[str, Any]]:
        """Run the oldest job; after an interruption all others end as interrupted without being started."""
        name, work, arguments = self._queue.pop(0)
        if self._stopped:
            yield name, self._stopped
            return
        with listening(lambda event: self._report(name, event)):
            try:
                result = work(*arguments)
            except Interrupted as error:
                result = self._stopped = error
            except Exception as error:  # the caller decides, as with a worker process
                result = error
        yield name, result


class PoolExecutor:
    """Runs jobs in spawned worker processes."""

    def __init__(self, workers: int, report: Report) -> None:
        context = multiprocessing.get_context("spawn")
        self._events = context.Queue()
        self._pool = ProcessPoolExecutor(workers, context, _start_worker, (self._events,))
        self._running: dict[Future[Any], str] = {}
        self._report = report
        self._done = threading.Event()
        self._pump = threading.Thread(target=self._forward, daemon=True)
        self._pump.start()

    def submit(self, name: str, work: Callable[..., Any], *arguments: Any) -> None:
        """Queue `work(*arguments)`; both must be importable by the worker."""
        self._running[self._pool.submit(_work, name, work, arguments)] = name

    def completed(self) -> Iterator[tuple[str, Any]]:
        """Wait for the first finished jobs."""
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            yield self._running.pop(future), future.exception() or future.result()

    def close(self, *, stop: bool) -> None:
        """End the workers; with `stop`, ask the running jobs to save their work and end (SIGTERM)."""
        if stop:
            for process in multiprocessing.active_children():
                process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._done.set()
        self._pump.join(timeout=2)

    def _forward(self) -> None:
        while not self._done.is_set():
            try:
                name, event = self._events.get(timeout=0.2)
            except Empty:
                continue
            except (EOFError, OSError):
                return
            self._report(name, event)


@contextmanager
def executor(settings: ExecutionSettings, report: Report, jobs: int) -> Iterator[Executor]:
    """The executor for at most `jobs` jobs at a time; leaving the block in an error stops running jobs."""
    prepare_environment(settings.threads)
    workers = min(settings.worker_count(), jobs)
    if workers <= 1:
        yield InlineExecutor(report)
        return
    pool = PoolExecutor(workers, report)
    try:
        yield pool
    except BaseException:
        pool.close(stop=True)
        raise
    pool.close(stop=False)


ENVIRONMENT = {
    **WAITING,
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "TQDM_DISABLE": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 28),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(1 << 26),
}
"""What worker processes find set (glibc reads its part when a process starts)."""


def prepare_environment(threads: int) -> None:
    """Fix the threads of the numeric libraries that this process and its workers will load, and keep others quiet.

    The loading bars and reports of transformers would be drawn across ours. glibc is told to keep the memory of
    freed tensors: giving it back after each operation costs a tenth of a small model's step.
    """
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


_events: Any = None
_stopped: Interrupted | None = None


def _start_worker(events: Any) -> None:
    global _events  # noqa: PLW0603
    _events = events
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides on Ctrl-C
    end_with_parent()


def _work(name: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    global _stopped  # noqa: PLW0603
    if _stopped:  # jobs that were already handed to this process when it was told to stop
        raise _stopped
    with listening(lambda event: _events.put((name, event))):
        try:
            return work(*arguments)
        except Interrupted as error:
            _stopped = error
            raise
