"""The named sentence patterns of `data/patterns.tsv`: a predicate and what the sentence must have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from xlalign.micro.concepts import read_table
from xlalign.micro.sampler.phrases import NOTHING, Wants


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row: `wants` of the clause, `slots` what subject, object and category must have, `values` of key=value."""

    name: str
    weight: float
    predicate: str
    wants: Wants
    slots: dict[str, Wants]
    values: dict[str, str]

    def of(self, slot: str) -> Wants:
        """What the phrase in `slot` must have."""
        return self.slots.get(slot, NOTHING)


def pattern(name: str, weight: float, predicate: str, features: str = "") -> Pattern:
    """A pattern from a row of the table; features are flags, key=value, or slot.flag."""
    # "place negated object.adjective verb=see" -> wants {place, negated}, slots {object: {adjective}}, values {verb:
    # see}
    flags, slots, values = set(), dict[str, set[str]](), dict[str, str]()
    for feature in features.split():
        slot, dot, want = feature.partition(".")
        key, equals, value = feature.partition("=")
        if dot:
            slots.setdefault(slot, set()).add(want)
        elif equals:
            values[key] = value
        else:
            flags.add(feature)
    frozen = {slot: frozenset(wants) for slot, wants in slots.items()}
    return Pattern(name, weight, predicate, frozenset(flags), frozen, values)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern, in table order."""
    rows = read_table("patterns.tsv")
    return tuple(pattern(row["name"], float(row["weight"]), row["predicate"], row["features"]) for row in rows)


@cache
def cumulative_weights() -> tuple[float, ...]:
    """The running sum of the patterns' weights."""
    return tuple(accumulate(p.weight for p in patterns()))
