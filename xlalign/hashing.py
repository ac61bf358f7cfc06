"""Random numbers that are pure functions of what they are for: no generator, no state, the same on every machine.

All are made by SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", figure 16;
the finaliser is variant 13 of Stafford): a counter times an odd constant, then three shifts that mix its bits.

    mix(0, 0) = 0xE220A8397B1DCDAF and mix(0, 1) = 0x6E789E6AA1B965F4: the generator's first numbers from seed 0
    mix(key(seed, "mask", epoch), examples, positions): one number for each position of each example
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray

Hashes = NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio, made odd: what SplitMix64 counts by."""

_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def text_hashes(texts: Iterable[str]) -> Hashes:
    """(n,) a 64-bit content hash of each text."""
    digests = b"".join(blake2b(text.encode("utf-8"), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def key(*parts: int | str) -> int:
    """One 64-bit key from a few numbers and names, e.g. key(seed, "mask", epoch)."""
    return int.from_bytes(blake2b(repr(parts).encode("utf-8"), digest_size=8).digest(), "little")


def mix(base: int | ArrayLike, *counters: int | ArrayLike) -> Hashes:
    """Hash of a key (or keys) with counters that broadcast against each other; without counters, of the key alone.

    Arithmetic is modulo 2^64: a counter of -1 is the largest one.
    """
    value = np.asarray(base, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for counter in counters:
            value = _finish(value + GOLDEN * (np.asarray(counter).astype(np.uint64) + np.uint64(1)))
        return value if counters else _finish(value)


def uniform(hashes: Hashes) -> NDArray[np.float64]:
    """Hashes as numbers in [0, 1): their 53 highest bits, which is what a float64 holds."""
    return (hashes >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _finish(value: Hashes) -> Hashes:
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))
