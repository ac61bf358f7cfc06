"""Everything xlalign raises on purpose.

    XlalignError             1  (never raised itself)
    ├── UserError            2  wrong option, configuration or name
    ├── DataError            3  bad input data
    ├── MissingExtraError    4  an optional package is not installed
    ├── CacheError           5  the artifact cache cannot be used
    ├── ResourceError        6  the machine has not enough memory, disk or patience for it
    ├── UnexpectedError      1  anything else: a bug, of ours or of a library
    └── Interrupted         75  stopped by a signal after a checkpoint; run the same command again

A message says what was found (with file and line) and what was wanted; the hint is the next thing to type.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import category


class XlalignError(Exception):
    """Base of all deliberate errors; `hint` tells the user what to do next."""

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[XlalignError], tuple[str, str | None]]:
        # Errors cross process borders when stages run in worker processes.
        return type(self), (self.message, self.hint)


class UserError(XlalignError):
    """A wrong option, configuration field or name."""

    exit_code = 2


class DataError(XlalignError):
    """Input data that is missing, malformed or inconsistent."""

    exit_code = 3


class MissingExtraError(XlalignError):
    """A feature needs a package that is not installed."""

    exit_code = 4


class CacheError(XlalignError):
    """The artifact cache cannot be read or written."""

    exit_code = 5


class ResourceError(XlalignError):
    """The machine's memory or disk does not suffice, or it ended one of our processes."""

    exit_code = 6


class UnexpectedError(XlalignError):
    """An exception that nobody foresaw; its traceback is shown with `--debug`."""


class Interrupted(XlalignError):  # noqa: N818
    """Stopped by a signal after the work so far was saved."""

    exit_code = 75


class Notice(UserWarning):
    """A warning to the user in our own voice: one line that says what was found and what is done about it."""


_BY_NAME: dict[str, tuple[type[XlalignError], str, str]] = {
    "MemoryError": (
        ResourceError,
        "memory ran out",
        "set a smaller batch_size or max_length, or run fewer processes at a time (`--workers 1`)",
    ),
    "BrokenProcessPool": (
        ResourceError,
        "a worker process was ended from outside, often because memory ran out",
        "run the same command again with `--workers 1`; finished stages and checkpoints are kept",
    ),
    "SafetensorError": (
        DataError,
        "weights that are not readable as safetensors",
        "the file is damaged or incomplete: get the model again, or make it again",
    ),
}
"""Exceptions of others by the name of their class, so that nobody's package is imported for them."""


def explained(error: BaseException, where: str = "") -> XlalignError:
    """One message and exit code for any exception, told apart by what the user can do about it.

    Args:
        error: the exception; one of ours is given back with `where` before its message.
        where: the stage or file that was worked on, for the message.
    """
    prefix = f"{where}: " if where else ""
    if isinstance(error, XlalignError):
        error.message = f"{prefix}{error.message}"
        error.args = (error.message,)
        return error
    kind, text = type(error).__name__, (str(error).strip().splitlines() or [""])[0]
    if "OutOfMemory" in kind or "not enough memory" in text or "allocate memory" in text:
        kind = "MemoryError"
    if kind in _BY_NAME:
        ours, message, hint = _BY_NAME[kind]
        return ours(f"{prefix}{message} ({text})" if text else f"{prefix}{message}", hint)
    if isinstance(error, ModuleNotFoundError):
        return MissingExtraError(f"{prefix}needs the package {error.name}", f"pip install {error.name}")
    if isinstance(error, OSError) and error.strerror:
        return _explained_os(error, prefix)
    hint = "run the same command with --debug for the traceback; if it is a bug of xlalign, please report it"
    return UnexpectedError(f"{prefix}{kind}: {text}" if text else f"{prefix}{kind}", hint)


def _explained_os(error: OSError, prefix: str) -> XlalignError:
    what = f"{prefix}{error.filename or 'a file'}: {error.strerror}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENOMEM):
        return ResourceError(what, "free some space (or raise the limit, see `ulimit -a`), then run the command again")
    return DataError(what, "check that it is there and yours to read and write")


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UserError:
    """The error for a name that is not in a table, with the nearest matches.

    Args:
        kind: what the name should have been, in the singular ("preset").
        name: what the user wrote.
        known: every valid name.
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else None
    return UserError(f"unknown {kind} `{name}`; known: {', '.join(names)}", hint)


_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shown(text: str) -> str:
    r"""Text of a corpus, a file's name or a server's answer as a message or a terminal may have it.

    What could steer a terminal is escaped: control characters (ESC, C1, line breaks), line and paragraph separators,
    marks that turn the direction of writing round, and halves of surrogate pairs. Everything else stays.

    >>> shown("Wort\x1b[2J \u202e1")
    'Wort\\x1b[2J \\u202e1'
    """
    return "".join(_escaped(each) if each in _BIDI or category(each) in _UNSEEN else each for each in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
