"""Mistakes in a pipeline file: found one by one, told all at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

from xlalign.errors import DataError, UserError, XlalignError, unknown_name

_KNOWN = re.compile("; known: [^;]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake.

    Attributes:
        place: dotted name of the field or table, as `pretrain.ppa.from`.
        message: what was found, and what was wanted.
        hint: what to write instead.
        data: it concerns files, not what is written (exit code 3 where all faults do).
    """

    place: str
    message: str
    hint: str = ""
    data: bool = False

    @classmethod
    def of(cls, place: str, error: XlalignError) -> Fault:
        """The fault that an error tells of."""
        return cls(place, error.message, error.hint or "", isinstance(error, DataError))

    @property
    def line(self) -> str:
        """One line (or more, where the message has them), which names the place once."""
        said = self.message if f"`{self.place}" in self.message or not self.place else f"`{self.place}`: {self.message}"
        near = self.hint.startswith("did you mean")
        return "; ".join(filter(None, [_KNOWN.sub("", said) if near else said, self.hint]))


def unknown(place: str, kind: str, name: str, known: Iterable[str]) -> Fault:
    """The fault of a name that is in no table, with the nearest one that is."""
    return Fault.of(place, unknown_name(kind, name, known))


def nearest(name: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """The known name that is most like `name`; empty where none is."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=cutoff)), "")


def fail(source: str, faults: Iterable[Fault], file: str = "") -> None:
    """Raise one error that tells all faults; nothing happens when there are none.

    Args:
        source: the file, for the message.
        faults: the mistakes; the same one twice is told once.
        file: what `xlalign check` takes to look again; empty: nothing is said of it.

    Raises:
        UserError: something is written wrongly.
        DataError: all that is wrong are files.
    """
    found = most_exact(faults)
    if not found:
        return
    lines = [f"  {fault.line}" for fault in found]
    message = "\n".join([f"{source}: {len(lines)} mistake{'s' * (len(lines) > 1)}", *lines])
    hint = f"mend {'it' if len(lines) == 1 else 'them'}, then `xlalign check {file}`" if file else None
    raise (DataError if all(fault.data for fault in found) else UserError)(message, hint)


def most_exact(faults: Iterable[Fault]) -> list[Fault]:
    """Each mistake once: where a table and a field of it (or another table) tell the same, the field's is kept.

    eval: unknown task `x`, eval.tasks: unknown task `x`, prepare: unknown task `x`   ->   eval.tasks
    """
    # The deepest place is the most exact one: `eval.tasks` says more than `eval`.
    told: dict[str, list[Fault]] = defaultdict(list)
    for fault in dict.fromkeys(faults):
        told[fault.message].append(fault)
    depth = {message: max(fault.place.count(".") for fault in same) for message, same in told.items()}
    return [fault for same in told.values() for fault in same if fault.place.count(".") == depth[fault.message]]


@contextmanager
def collecting(found: list[Fault], place: str) -> Iterator[None]:
    """Note an error of the block in `found` instead of raising it."""
    try:
        yield
    except XlalignError as error:
        found.append(Fault.of(place, error))
