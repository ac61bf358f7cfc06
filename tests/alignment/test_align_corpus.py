"""A whole bitext artifact to an alignments artifact."""

import json
import random

import pyarrow.parquet as pq
import pytest

from xlalign.alignment import artifact as aligning
from xlalign.alignment import files, lexicon, pharaoh, shards
from xlalign.alignment.encoder.settings import ArgmaxSettings, ItermaxSettings
from xlalign.alignment.hmm import aligner as hmm
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.alignment.hybrid.settings import HybridSettings
from xlalign.alignment.settings import AlignSettings
from xlalign.bitext import corpus as bitext_files
from xlalign.bitext.corpus import GoldPair
from xlalign.errors import DataError, UserError
from xlalign.parallel import Engine
from xlalign.types import Pair

WORDS = {"de": {"cat": "Katze", "dog": "Hund", "sees": "sieht", "the": "die"},
         "es": {"cat": "gato", "dog": "perro", "sees": "ve", "the": "el"}}  # fmt: skip
FAST = HmmSettings(ibm1_iterations=4, hmm_iterations=2, prefix_weight=0)


def sentences(lang, count, seed=0):
    draw = random.Random(seed)
    for _ in range(count):
        words = ["the", draw.choice(["cat", "dog"]), "sees", "the", draw.choice(["cat", "dog"])]
        yield " ".join(words) + ".", " ".join(WORDS[lang][word] for word in words) + "."


@pytest.fixture
def bitext(tmp_path):
    folder = tmp_path / "bitext"
    pairs = []
    for number, rows in enumerate(zip(sentences("de", 25), sentences("es", 25, 1), strict=True)):
        for lang, (source, target) in zip(("de", "es"), rows, strict=True):
            pairs.append(Pair(f"{lang}{number:02d}", source, target, "en", lang, "test"))
    bitext_files.write_pairs(folder / "train", pairs)
    gold = GoldPair("g0", ["the", "dog"], ["die", "Hund"], ((0, 0),), ((0, 0), (1, 1)))
    bitext_files.write_gold(folder, "en", "de", [gold])
    return folder


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_artifact(bitext, tmp_path):
    out = tmp_path / "out"
    scores = aligning.align_bitext(bitext, AlignSettings(aligner=FAST), out)
    assert sorted({name.split("/")[0] for name in tree(out)}) == [
        "gold", "lexicon", "links", "models", "muse", "pharaoh", "report.json", "scores.json",
    ]  # fmt: skip
    rows = list(files.read_links(out))
    assert [row.id for row in rows] == [f"{lang}{n:02d}" for lang in ("de", "es") for n in range(25)]
    assert rows[0].pair[0][-1] == "."
    schema = pq.read_schema(out / "links/00000.parquet")
    assert schema.names == ["id", "source_words", "target_words", "links", "scores"]
    lines = (out / "pharaoh/en-de.txt").read_text().removesuffix("\n").split("\n")
    assert [pharaoh.parse(line).sure for line in lines] == [row.alignment.links for row in rows[:25]]
    entries = {(e.source, e.target): e for e in lexicon.read(out / "lexicon/en-es.tsv")}
    assert entries["cat", "gato"].forward > 0.9
    assert scores == json.loads((out / "scores.json").read_text())
    assert scores["en-de"]["aer"] == 0.0
    viewed = files.scored_pairs(out, 5)
    assert viewed[0]["source_words"] == ("the", "dog")
    assert viewed[0]["predicted"] == ((0, 0), (1, 1))
    assert json.loads((out / "report.json").read_text())["languages"]["en-de"]["pairs"] == 25


def test_the_same_bytes_after_an_interruption(bitext, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 10)
    settings = AlignSettings(aligner=FAST)
    aligning.align_bitext(bitext, settings, tmp_path / "whole", scratch=tmp_path / "scratch0")
    real, calls = files.write_table, []

    def failing(path, *rest):
        calls.append(path)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return real(path, *rest)

    monkeypatch.setattr(files, "write_table", failing)
    with pytest.raises(KeyboardInterrupt):
        aligning.align_bitext(bitext, settings, tmp_path / "broken", scratch=tmp_path / "scratch")
    monkeypatch.setattr(files, "write_table", real)

    train = hmm.HmmAligner.train

    def only_spanish(own, pairs):
        text = list(pairs)
        assert "die" not in str(text), "the en-de model was saved before the interruption"
        return train(own, text)

    monkeypatch.setattr(hmm.HmmAligner, "train", only_spanish)
    aligning.align_bitext(bitext, settings, tmp_path / "again", scratch=tmp_path / "scratch")
    assert tree(tmp_path / "again") == tree(tmp_path / "whole")
    assert len(list((tmp_path / "again/links").iterdir())) == 6


def test_gold_files_from_outside(bitext, tmp_path):
    (tmp_path / "set.tsv").write_text("the cat\tel gato\t0-0 1-1\n")
    settings = AlignSettings(aligner=FAST, gold=(f"en-es={tmp_path / 'set.tsv'}",))
    scores = aligning.align_bitext(bitext, settings, tmp_path / "out")
    assert set(scores) == {"en-de", "en-es set.tsv"}
    assert scores["en-es set.tsv"]["notes"] == ["set.tsv counts words from 0"]
    assert scores["en-es set.tsv"]["aer"] == 0.0


@pytest.mark.parametrize("spec", ["set.tsv", "en=set.tsv", "en-es="])
def test_malformed_gold_options(bitext, tmp_path, spec):
    with pytest.raises(UserError, match="languages or file missing"):
        aligning.align_bitext(bitext, AlignSettings(aligner=FAST, gold=(spec,)), tmp_path / "out")


def test_long_pairs_get_an_empty_line_and_are_counted(bitext, tmp_path, encoder):
    aligning.align_bitext(bitext, AlignSettings(aligner=FAST, max_words=5, words="spaces"), tmp_path / "a")
    aligning.align_bitext(
        bitext, AlignSettings(aligner=ArgmaxSettings(layer=1), max_words=5), tmp_path / "b", encoder=encoder
    )
    report = json.loads((tmp_path / "b/report.json").read_text())["languages"]["en-de"]
    assert (report["too_long"], report["pairs"], report["links"]) == (25, 25, 0)
    assert (tmp_path / "b/pharaoh/en-de.txt").read_text() == "\n" * 25
    assert json.loads((tmp_path / "a/report.json").read_text())["languages"]["en-de"]["too_long"] == 0


def test_an_encoder_aligner_on_a_bitext(bitext, tmp_path, encoder):
    settings = AlignSettings(aligner=ItermaxSettings(layer=2, device="cpu"), encoder=str(encoder))
    scores = aligning.align_bitext(bitext, settings, tmp_path / "out")
    assert 0 <= scores["en-de"]["aer"] <= 1
    assert len(list(files.read_links(tmp_path / "out"))) == 50


def test_no_bitext(tmp_path):
    with pytest.raises(DataError, match="no Parquet shards"):
        aligning.align_bitext(tmp_path, AlignSettings(), tmp_path / "out")


def test_one_typed_pair(bitext, tmp_path, encoder):
    aligning.align_bitext(bitext, AlignSettings(aligner=FAST), tmp_path / "out")
    pair = ["the", "cat"], ["die", "Katze"]
    found = aligning.align_text(pair, AlignSettings(), artifact=tmp_path / "out", languages="en-de")
    assert found.links == ((0, 0), (1, 1))
    with pytest.raises(DataError, match="trained for en-fr, only for: en-de, en-es"):
        aligning.align_text(pair, AlignSettings(), artifact=tmp_path / "out", languages="en-fr")
    with pytest.raises(UserError, match="found en-de, en-es"):
        aligning.align_text(pair, AlignSettings(), artifact=tmp_path / "out")
    with pytest.raises(UserError, match="needs a trained model"):
        aligning.align_text(pair, AlignSettings())
    same = ["the", "cat"], ["the", "cat"]
    settings = AlignSettings(aligner=ArgmaxSettings(layer=2, device="cpu"))
    assert aligning.align_text(same, settings, encoder=encoder).links == ((0, 0), (1, 1))


def test_the_same_bytes_whatever_the_workers(bitext, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 4)
    for workers in (1, 2):
        engine = Engine("local", workers)
        aligning.align_bitext(bitext, AlignSettings(aligner=FAST), tmp_path / str(workers), engine=engine)
    assert tree(tmp_path / "1") == tree(tmp_path / "2")


def test_a_trained_model_is_applied_to_new_text(bitext, tmp_path):
    aligning.align_bitext(bitext, AlignSettings(aligner=FAST), tmp_path / "first")
    new = tmp_path / "new"
    bitext_files.write_pairs(new / "train", [Pair("n0", "the dog .", "die Hund .", "en", "de", "test")])
    models = (f"en-de={tmp_path / 'first/models/en-de.npz'}",)
    aligning.align_bitext(new, AlignSettings(models=models), tmp_path / "out")
    assert (tmp_path / "out/pharaoh/en-de.txt").read_text() == "0-0 1-1 2-2\n"
    assert not (tmp_path / "out/models").exists()


def test_a_lexicon_as_prior(tmp_path):
    """Two words that always occur together cannot be told apart without one."""
    bitext_files.write_pairs(
        tmp_path / "bitext/train", [Pair(f"n{n}", "ab cd", "xy uv", "en", "de", "test") for n in range(4)]
    )
    links = {}
    for name, target in (("straight", "xy"), ("crossed", "uv")):
        (tmp_path / "prior.txt").write_text(f"ab {target}\n")
        settings = AlignSettings(aligner=FAST, priors=(f"en-de={tmp_path / 'prior.txt'}",))
        aligning.align_bitext(tmp_path / "bitext", settings, tmp_path / name)
        links[name] = next(files.read_links(tmp_path / name)).alignment.links
    assert (0, 0) in links["straight"]
    assert (0, 1) in links["crossed"]


def test_lexicon_against_a_dictionary_and_as_one(bitext, tmp_path):
    (tmp_path / "gold.txt").write_text("cat Katze\ndog Katze\nbird Vogel\n")
    settings = AlignSettings(aligner=FAST, dictionaries=(f"en-de={tmp_path / 'gold.txt'}",))
    aligning.align_bitext(bitext, settings, tmp_path / "out")
    found = json.loads((tmp_path / "out/report.json").read_text())["languages"]["en-de"]["dictionaries"]["gold.txt"]
    assert found == {"precision": 0.5, "coverage": pytest.approx(2 / 3), "words": 2}
    muse = {entry.source: entry.target for entry in lexicon.read_any(tmp_path / "out/muse/en-de.txt")}
    assert (muse["cat"], muse["dog"]) == ("katze", "hund")


def test_pharaoh_lines_with_scores_and_with_sure_and_possible_links(bitext, tmp_path):
    lines = {}
    for form in ("links", "scores", "sure"):
        aligning.align_bitext(bitext, AlignSettings(aligner=FAST, pharaoh=form, sure_from=1), tmp_path / form)
        lines[form] = [pharaoh.parse(line) for line in (tmp_path / form / "pharaoh/en-de.txt").read_text().splitlines()]
    assert [line.possible for line in lines["sure"]] == [line.sure for line in lines["links"]]
    assert not any(line.sure for line in lines["sure"])
    assert any(0 < score < 1 for line in lines["scores"] for score in line.scores)


def test_links_below_a_score_are_dropped(bitext, tmp_path):
    aligning.align_bitext(bitext, AlignSettings(aligner=FAST, links_from=0.0), tmp_path / "all")
    every = [row.alignment for row in files.read_links(tmp_path / "all")]
    middle = sorted(score for row in every for score in row.scores)[100] + 5e-5  # between two rounded scores
    aligning.align_bitext(bitext, AlignSettings(aligner=FAST, links_from=middle), tmp_path / "some")
    kept = [row.alignment for row in files.read_links(tmp_path / "some")]
    expected = [[link for link, score in zip(*row, strict=True) if score >= middle] for row in every]
    assert [list(row.links) for row in kept] == expected
    assert 0 < sum(len(row.links) for row in kept) < sum(len(row.links) for row in every)


def test_scores_say_how_well_they_are_calibrated(bitext, tmp_path):
    scores = aligning.align_bitext(bitext, AlignSettings(aligner=FAST), tmp_path / "out")
    found = scores["en-de"]["calibration"]
    assert 0 <= found["ece"] <= 1
    assert sum(row["links"] for row in found["bins"]) == scores["en-de"]["predicted"]


def test_training_on_a_sample_aligns_all(bitext, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 10)
    seen, train = [], hmm.HmmAligner.train

    def watched(own, pairs):
        text = list(pairs)
        seen.append(text)
        return train(own, iter(text))

    monkeypatch.setattr(hmm.HmmAligner, "train", watched)
    settings = AlignSettings(aligner=FAST.model_copy(update={"train_pairs": 7}))
    aligning.align_bitext(bitext, settings, tmp_path / "out")
    assert [len(text) for text in seen] == [8, 7]  # the gold pair of en-de besides
    assert (["the", "dog"], ["die", "Hund"]) in seen[0]
    assert len(list(files.read_links(tmp_path / "out"))) == 50


def test_the_hybrid_on_a_bitext(bitext, tmp_path, encoder, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 10)
    own = HybridSettings(ibm1_iterations=2, hmm_iterations=1, guided_pairs=5, device="cpu", train_pairs=20)
    settings = AlignSettings(aligner=own)
    for workers in (1, 2):
        scores = aligning.align_bitext(
            bitext, settings, tmp_path / str(workers), encoder=encoder, engine=Engine("local", workers)
        )
        assert 0 <= scores["en-de"]["aer"] <= 1
    assert tree(tmp_path / "1") == tree(tmp_path / "2")
    pair = ["the", "cat"], ["die", "Katze"]
    found = aligning.align_text(pair, settings, encoder=encoder, artifact=tmp_path / "1", languages="en-de")
    assert found.links
    with pytest.raises(UserError, match="needs an encoder"):
        aligning.align_bitext(bitext, settings, tmp_path / "none")


def test_the_hybrid_resumes_with_the_model_it_trained(bitext, tmp_path, encoder, monkeypatch):
    own = HybridSettings(ibm1_iterations=2, hmm_iterations=1, layer=1, device="cpu")
    settings = AlignSettings(aligner=own, encoder=str(encoder))
    aligning.align_bitext(bitext, settings, tmp_path / "whole", scratch=tmp_path / "scratch0")
    real = shards.align_shards

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(aligning, "align_shards", stopped)
    with pytest.raises(KeyboardInterrupt):
        aligning.align_bitext(bitext, settings, tmp_path / "broken", scratch=tmp_path / "scratch")
    monkeypatch.setattr(aligning, "align_shards", real)
    kept = (tmp_path / "scratch/models/en-de.npz").stat().st_mtime_ns
    aligning.align_bitext(bitext, settings, tmp_path / "again", scratch=tmp_path / "scratch")
    assert (tmp_path / "scratch/models/en-de.npz").stat().st_mtime_ns == kept
    assert tree(tmp_path / "again") == tree(tmp_path / "whole")
