"""SIGTERM as a flag that the loop reads between steps."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class StopFlag:
    """Inside the block the first SIGTERM or SIGUSR1 sets `is_set`; the second has its usual effect."""

    signals = (signal.SIGTERM, signal.SIGUSR1)

    def __init__(self) -> None:
        self.is_set = False
        self._before: dict[signal.Signals, signal._HANDLER] = {}

    def __enter__(self) -> StopFlag:
        # Python allows handlers in the main thread only; elsewhere the owner of that thread decides.
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._set) for number in self.signals}
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._restore()

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self.is_set = True
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
