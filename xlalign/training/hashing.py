"""Random numbers that are pure functions of what they are for: no generator, no state, the same on every machine.

Each is a splitmix64 finaliser (Steele, Lea and Flood 2014) over a key, an example and a position, vectorised.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_MASK = 2**64 - 1


def text_hashes(texts: Iterable[str]) -> Hashes:
    """(n,) a 64-bit content hash of each text."""
    digests = b"".join(blake2b(text.encode("utf-8"), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def key(*parts: int | str) -> int:
    """One 64-bit key from a few numbers and names, e.g. key(seed, "mask", epoch)."""
    return int.from_bytes(blake2b(repr(parts).encode("utf-8"), digest_size=8).digest(), "little")


def mix(base: int | Hashes, *counters: NDArray[np.integer] | int) -> Hashes:
    """Hash of a key (or keys) with counters that broadcast against each other."""
    value = np.asarray(base, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for counter in counters:
            value = _finish(value + _GOLDEN * (np.asarray(counter).astype(np.uint64) + np.uint64(1)))
        return value if counters else _finish(value)


def uniform(hashes: Hashes) -> NDArray[np.float64]:
    """Hashes as numbers in [0, 1)."""
    return (hashes >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _finish(value: Hashes) -> Hashes:
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))
