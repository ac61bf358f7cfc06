"""Small artifacts by the contract: pairs and documents of the micro-world, gold links, a lexicon."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlalign.alignment import lexicon
from xlalign.bitext import corpus
from xlalign.micro.links import gold_links
from xlalign.micro.world import World
from xlalign.types import Alignment, Pair


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A bitext artifact (en-de, en-hi) and its alignments."""
    bitext, alignments = (tmp_path_factory.mktemp(name) for name in ("bitext", "alignments"))
    world = World(5)
    pairs, links = [], []
    for lang in ("de", "hi"):
        for pair in world.pairs("en", lang, 60):
            source, target = pair.source, pair.target
            name = corpus.pair_id(source.text, target.text, "en", lang)
            pairs.append(Pair(name, source.text, target.text, "en", lang, "micro"))
            links.append((name, source.words, target.words, [list(link) for link in gold_links(source, target)[0]]))
        write_lexicon(alignments / f"lexicon/en-{lang}.tsv", links)
    corpus.write_pairs(bitext / "train", pairs)
    corpus.write_pairs(bitext / "dev", pairs[:10])
    for lang in ("en", "de", "hi"):
        corpus.write_mono(bitext, lang, world.documents(lang, 40))
    (alignments / "links").mkdir()
    columns = dict(
        zip(("id", "source_words", "target_words", "links"), map(list, zip(*links, strict=True)), strict=True)
    )
    scores = [[1.0] * len(row[3]) for row in links]
    pq.write_table(pa.table({**columns, "scores": scores}), alignments / "links/00000.parquet")
    return bitext, alignments


def write_lexicon(path: Path, rows: list[tuple[str, list[str], list[str], list[list[int]]]]) -> None:
    """A lexicon as the alignment room writes it: header, case-folded words, counts that are sums of scores."""
    counter = lexicon.LexiconCounter()
    for _, source, target, links in rows:
        counter.add((source, target), Alignment(tuple((i, j) for i, j in links), (1.0,) * len(links)))
    lexicon.write(path, counter.entries())
