"""`xlalign run` again and again in forked processes, so that the import of the libraries is paid once.

Reads lines `CACHE DOWNLOADS SECONDS`; after so many seconds the process is killed (0: it may end). Answers each with
the exit code, -9 where it was killed. The first line runs in this process, which loads what all others need.
"""

import os
import signal
import sys
import time

from xlalign.cli.main import app


def run(cache: str, downloads: str) -> int:
    os.environ["XLALIGN_DOWNLOADS"] = downloads
    try:
        app(["run", "-q", "--workers", "1", "--cache", cache])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def forked(cache: str, downloads: str, seconds: float) -> int:
    end = time.monotonic() + (seconds or 1e9)
    if not (pid := os.fork()):
        code = 1
        try:
            code = run(cache, downloads)
        finally:
            sys.stderr.flush()
            os._exit(code)
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a run prints is no answer
    for number, line in enumerate(sys.stdin):
        cache, downloads, seconds = line.split()
        code = forked(cache, downloads, float(seconds)) if number else run(cache, downloads)
        print(code, file=answers, flush=True)
