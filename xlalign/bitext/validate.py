"""Is an artifact what `prepare` promises? Read back before it is published, and by `cache verify`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from xlalign.bitext import corpus
from xlalign.bitext.corpus import SPLITS, pair_id
from xlalign.bitext.seen import Seen
from xlalign.errors import DataError


def validate(artifact: Path) -> None:
    """Check ids, splits, gold links and the report of a bitext artifact.

    Raises:
        DataError: the first thing that is wrong.
    """
    counts = dict.fromkeys(SPLITS, 0)
    ids = Seen()
    for split in SPLITS:
        for chunk in corpus.chunks(corpus.read_pairs(artifact / split), corpus.GROUP_ROWS):
            counts[split] += len(chunk)
            for pair in chunk:
                if pair.id != pair_id(*pair[1:5]):
                    raise DataError(f"{artifact / split}: the id {pair.id} does not belong to its texts")
                if not pair.source or not pair.target or "\n" in pair.source + pair.target:
                    raise DataError(f"{artifact / split}: pair {pair.id} has an empty sentence or a line break")
            ids.add(np.array([int(pair.id[:16], 16) for pair in chunk], dtype=np.uint64))
    _check_report(artifact, counts)
    _check_gold(artifact, ids)


def _check_report(artifact: Path, counts: dict[str, int]) -> None:
    try:
        report = json.loads((artifact / "report.json").read_text(encoding="utf-8"))
        promised = {split: sum(entry[split] for entry in report["splits"].values()) for split in SPLITS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{artifact}/report.json: not readable ({error})") from error
    if promised != counts:
        raise DataError(f"{artifact}: report.json promises {promised}, the shards hold {counts}")


def _check_gold(artifact: Path, ids: Seen) -> None:
    for languages, rows in corpus.read_gold(artifact).items():
        keys = np.array([int(row.id[:16], 16) for row in rows], dtype=np.uint64)
        if ids.add(keys).any():
            raise DataError(f"{artifact}/gold: links of {'-'.join(languages)} for a pair that is in no split")
        for row in rows:
            inside = all(i < len(row.source_words) and j < len(row.target_words) for i, j in row.possible)
            if not inside or not set(row.sure) <= set(row.possible):
                raise DataError(f"{artifact}/gold: impossible links for pair {row.id} of {'-'.join(languages)}")
