"""Which cleaned pairs are new, across all corpora of a run: by text, by letters and digits, or by most of the words."""

from __future__ import annotations

import pyarrow as pa

from xlalign.bitext import arrow
from xlalign.bitext.batch import Mask
from xlalign.bitext.clean import Cleaned, CleaningJob, normalised_keys, sample
from xlalign.bitext.near import BANDS
from xlalign.bitext.seen import Seen


class Unrepeated:
    """Keeps the pairs that are new; the others are counted as duplicates.

    Args:
        kind: `none`, `exact`, `normalised` or `near`.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._seen = Seen()
        self._bands = [Seen() for _ in range(BANDS if kind == "near" else 0)]

    def take(self, job: CleaningJob, cleaned: Cleaned) -> pa.Table:
        """The cleaned pairs that are new, with the keys of their sentences."""
        table = cleaned.table
        for name, values in {"source_key": cleaned.source_keys, "target_key": cleaned.target_keys}.items():
            table = table.append_column(name, arrow.hashes(values))
        if self._kind == "none":
            return table
        exact = self._kind == "exact"
        new = self._seen.add(cleaned.exact_keys if exact else normalised_keys(cleaned, job.languages))
        _count(job, cleaned, new, "duplicate")
        if cleaned.bands is not None:
            near = new.copy()
            for seen, keys in zip(self._bands, cleaned.bands.T, strict=True):
                # Every band is added, also of pairs that an earlier band has dropped: what is like them goes too.
                near[new] &= seen.add(keys[new])
            _count(job, cleaned, near | ~new, "near duplicate")
            new = near
        return arrow.where(table, new)


def _count(job: CleaningJob, cleaned: Cleaned, keep: Mask, reason: str) -> None:
    if keep.all():
        return
    repeated = arrow.where(cleaned.table, ~keep).select(["source", "target"]).to_pylist()
    places = [f"{job.place}:{line}" for line in cleaned.lines[~keep]]
    samples = [sample(place, row["source"], row["target"]) for place, row in zip(places, repeated, strict=True)]
    cleaned.tally.drop(reason, samples)
    cleaned.tally.repeated(set(places))
