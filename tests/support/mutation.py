"""Damage of all kinds to a file's bytes, and what reading two thousand such files may cost."""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

TEXT_TOKENS = ("<", ">", "&", "\\", "[", "{", "[0]", "<tu>", "<seg>", "</seg>", "<![CDATA[", "msgid ", "&a;", "\u2028")
NUMBER_TOKENS = ("-1", "1e999", "NaN", "9" * 20, "9" * 5000, "²", "٣", "null", "true", "1-2", "0p0", "{}", "[]", '"a"')
BYTE_TOKENS = (b'"', b"\n", b"\r", b"\t", b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"<!ENTITY a 'b'>")
TOKENS = [*map(str.encode, TEXT_TOKENS + NUMBER_TOKENS), *BYTE_TOKENS]

COUNT = 2_000
LONGEST_SECONDS = 5.0
"""Of the processor: other programs on the machine are none of the file's fault."""

MOST_BYTES = 500_000_000


def mutate(data: bytes, dice: random.Random) -> bytes:
    """The bytes with one to four mistakes."""
    for _ in range(dice.randint(1, 4)):
        i, j = sorted(dice.randint(0, len(data)) for _ in range(2))
        kind = dice.randrange(5)
        if kind == 0:
            data = data[:i] + dice.choice(TOKENS) + data[i:]
        elif kind == 1:
            data = data[:i] + data[min(j, i + dice.randint(1, 20)) :]
        elif kind == 2:
            data = data[:i] + data[i:j] + data[i:]
        elif kind == 3 and data:
            data = data[: i - 1] + bytes([dice.randrange(256)]) + data[i:] if i else data
        else:
            data = data[:j]
    return data


def read_many(name: str, seed: bytes, read: Callable[[bytes], None], count: int = COUNT) -> None:
    """Read so many mutations of a file; whoever reads says what an answer is. Each has its time, all their memory."""
    before = peak(reset=True)
    for number in range(count):
        data = mutate(seed, random.Random(f"more {name}{number}"))
        began = time.process_time()
        try:
            read(data)
        except Exception as error:
            raise AssertionError(f"{name}, file {number}: {data[:2000]!r}") from error
        assert time.process_time() - began < LONGEST_SECONDS, f"{name}, file {number}: {data[:2000]!r}"
    assert peak() - before < MOST_BYTES


def peak(*, reset: bool = False) -> int:
    """The most memory of this process since the last reset, in bytes; 0 where the system does not say."""
    if reset and os.access("/proc/self/clear_refs", os.W_OK):
        Path("/proc/self/clear_refs").write_text("5")
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
