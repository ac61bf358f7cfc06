"""From cleaned pairs to the splits and gold links of the artifact."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from xlalign.bitext import arrow, corpus
from xlalign.bitext.batch import Mask
from xlalign.bitext.corpus import GoldPair
from xlalign.bitext.report import Report
from xlalign.bitext.seen import is_in
from xlalign.bitext.settings import PrepareSettings
from xlalign.bitext.split import DevKeys
from xlalign.bitext.spool import PairSpool
from xlalign.hashing import Hashes

LanguagePair = tuple[str, str]
KEYS = ("source_key", "target_key")
Choose = Callable[[LanguagePair, pa.Table], Mask]
LinkCounts = Counter[tuple[str, str]]


def publish(settings: PrepareSettings, spool: PairSpool, out: Path, report: Report) -> None:
    """Write train/, dev/ and gold/ from the cleaned pairs, and count the splits in the report."""
    dev = _dev_keys(settings, spool)
    sentences = _dev_sentences(spool, dev)

    def in_dev(languages: LanguagePair, table: pa.Table) -> Mask:
        return dev.is_dev(languages, _keys(table, "source_key"))

    def in_train(languages: LanguagePair, table: pa.Table) -> Mask:
        # A pair that shares one sentence with a dev pair is in neither split: it is held out.
        shared = is_in(_keys(table, "source_key"), sentences) | is_in(_keys(table, "target_key"), sentences)
        return ~shared & ~in_dev(languages, table)

    for split, choose in {"train": in_train, "dev": in_dev}.items():
        corpus.write_tables(out / split, _chosen(spool, choose, split, report), settings.shard_rows)
    for counts in report.splits.values():
        counts["held out"] = counts.pop("all") - counts["train"] - counts["dev"]
    _write_gold(spool, [in_dev, in_train] if settings.gold_for_train else [in_dev], in_train, out)


def _keys(table: pa.Table, name: str) -> Hashes:
    return arrow.to_hashes(table.column(name))


def _dev_keys(settings: PrepareSettings, spool: PairSpool) -> DevKeys:
    dev = DevKeys(settings.dev_size, settings.dev_share)
    for languages, table in spool.read(["source_key"]) if settings.dev_size else ():
        dev.add(languages, _keys(table, "source_key"))
    return dev


def _dev_sentences(spool: PairSpool, dev: DevKeys) -> Hashes:
    """The keys of all sentences of all dev pairs, sorted."""
    found = [np.empty(0, dtype=np.uint64)]
    for languages, table in spool.read(KEYS) if dev else ():
        mask = dev.is_dev(languages, _keys(table, "source_key"))
        found += [_keys(table, "source_key")[mask], _keys(table, "target_key")[mask]]
    return np.unique(np.concatenate(found))


def _chosen(spool: PairSpool, choose: Choose, split: str, report: Report) -> Iterator[pa.Table]:
    for languages, table in spool.read([*corpus.PAIR_SCHEMA.names, *KEYS]):
        counts = report.splits.setdefault("-".join(languages), {"train": 0, "dev": 0, "all": 0})
        mask = choose(languages, table)
        counts[split] += int(mask.sum())
        counts["all"] += table.num_rows if split == "train" else 0
        yield arrow.where(table.select(corpus.PAIR_SCHEMA.names), mask)


def _write_gold(spool: PairSpool, chosen: list[Choose], in_train: Choose, out: Path) -> None:
    """Gold links of the chosen splits by language pair, and the gold lexicon of all that have gold."""
    rows: dict[LanguagePair, list[pa.Table]] = defaultdict(list)
    lexicon: dict[LanguagePair, LinkCounts] = defaultdict(Counter)
    for languages, every in spool.read(["id", "gold", *KEYS]):
        table = every.filter(every.column("gold").is_valid())
        if not table.num_rows:
            continue
        lexicon[languages].update(_linked_words(table.filter(arrow.mask(in_train(languages, table)))))
        mask = np.logical_or.reduce([choose(languages, table) for choose in chosen])
        rows[languages].append(table.select(["id", "gold"]).filter(arrow.mask(mask)))
    for languages, tables in rows.items():
        corpus.write_gold(out, *languages, _gold_pairs(tables))
        _write_lexicon(out / "gold" / f"{'-'.join(languages)}.tsv", lexicon[languages])


def _gold_pairs(tables: list[pa.Table]) -> Iterator[GoldPair]:
    for table in tables:
        for row in table.to_pylist():
            yield GoldPair(row["id"], **row["gold"])


def _linked_words(table: pa.Table) -> Iterator[tuple[str, str]]:
    for gold in table.column("gold").to_pylist():
        for i, j in gold["sure"]:
            yield gold["source_words"][i], gold["target_words"][j]


def _write_lexicon(path: Path, links: LinkCounts) -> None:
    """`source target count p(t|s) p(s|t)`, tab-separated, as the lexicon of the alignments artifact."""
    sources, targets = Counter[str](), Counter[str]()
    for (source, target), count in links.items():
        sources[source] += count
        targets[target] += count
    rows = sorted(links.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for (source, target), count in rows:
            file.write(f"{source}\t{target}\t{count}\t{count / sources[source]:.6f}\t{count / targets[target]:.6f}\n")
