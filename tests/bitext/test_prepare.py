"""The whole of prepare on small corpora."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from xlalign.bitext import corpus
from xlalign.bitext.prepare import inputs, prepare
from xlalign.bitext.rows import PairGold
from xlalign.bitext.segment import words
from xlalign.bitext.settings import PrepareSettings
from xlalign.bitext.validate import validate
from xlalign.errors import DataError, UserError
from xlalign.parallel import Engine

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
ZAHLEN = ["eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"]


def number(words: list[str], i: int) -> str:
    return " ".join(words[int(digit)] for digit in f"{i:03d}")


def write_corpus(folder: Path, name: str = "a", count: int = 200, prefix: str = "") -> str:
    for lang, numerals in {"en": NUMBERS, "de": ZAHLEN}.items():
        text = "".join(f"{prefix}{number(numerals, i)} .\n" for i in range(count))
        (folder / f"{name}.{lang}").write_text(text, encoding="utf-8")
    return f"file:{folder}/{name}.{{lang}}"


def settings_of(*sources: Any, **fields: Any) -> PrepareSettings:
    return PrepareSettings.model_validate({"languages": ["en", "de"], "sources": sources, "dev_size": 20, **fields})


def digest(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_everything_is_written(tmp_path: Path):
    report = prepare(settings_of(write_corpus(tmp_path), mono=[f"file:{tmp_path}/a.{{lang}}"]), tmp_path / "out")
    train, dev = (list(corpus.read_pairs(tmp_path / "out" / split)) for split in ("train", "dev"))
    assert (len(train), len(dev)) == (180, 20)
    assert {pair.source for pair in train + dev} == {f"{number(NUMBERS, i)} ." for i in range(200)}
    assert all(pair.id == corpus.pair_id(*pair[1:5]) for pair in train)
    assert (report.read, report.kept, report.dropped) == (200, 200, {})
    assert report.splits == {"en-de": {"train": 180, "dev": 20, "held out": 0}}
    assert corpus.mono_languages(tmp_path / "out") == ["de", "en"]
    assert len((tmp_path / "out/moses/dev.en-de.de").read_text().splitlines()) == 20
    written = json.loads((tmp_path / "out/report.json").read_text())
    assert written["corpora"][0]["read"] == 200
    assert sum(written["filters"]["ratio"]["counts"]) == 200
    assert not list((tmp_path / "out").glob("spool*"))
    validate(tmp_path / "out")


def test_each_drop_has_one_reason_and_a_sample(tmp_path: Path):
    rows = {
        "good sentence here": "guter Satz hier",
        "": "leer",
        "same same": "Same, same!",
        "привет мир": "hallo Welt",
        "12 34 ; 56 --": "12 34 ; 56 ---",
        "one": "ein " * 40,
        "word " * 200: "Wort " * 200,
        "x" * 99 + " here": "y hier dort",
        "Good sentence here!": "Guter Satz: hier",
    }
    (tmp_path / "a.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in rows.items()))
    report = prepare(settings_of(f"file:{tmp_path}/a.tsv"), tmp_path / "out")
    expected = {"empty", "identical", "script", "alphabetic", "ratio", "length", "longest_word", "duplicate"}
    assert report.dropped == dict.fromkeys(sorted(expected), 1)
    assert report.kept == 1
    samples = json.loads((tmp_path / "out/report.json").read_text())["samples"]
    assert samples["script"][0]["place"] == "a.tsv:4"
    assert samples["duplicate"][0]["place"] == "a.tsv:9"


@pytest.mark.parametrize(
    ("second", "dedup", "kept"), [("x", "none", 40), ("x", "exact", 20), ("X", "exact", 40), ("X", "normalised", 20)]
)
def test_duplicates_across_sources(tmp_path: Path, second: str, dedup: str, kept: int):
    sources = [write_corpus(tmp_path, "a", 20, "x "), write_corpus(tmp_path, "b", 20, f"{second} ")]
    report = prepare(settings_of(*sources, dedup=dedup), tmp_path / "out")
    assert report.kept == kept
    assert [entry.kept for entry in report.corpora] == [20, kept - 20]


def test_no_sentence_of_dev_is_in_train(tmp_path: Path):
    (tmp_path / "a.tsv").write_text("".join(f"{number(NUMBERS, i % 100)}\t{number(ZAHLEN, i)}\n" for i in range(300)))
    (tmp_path / "b.tsv").write_text(
        "".join(f"{number(NUMBERS, i)}\tnombre {i} {number(ZAHLEN, i)}\n" for i in range(300))
    )
    settings = settings_of(
        {"uri": f"file:{tmp_path}/a.tsv", "languages": ["en", "de"]},
        {"uri": f"file:{tmp_path}/b.tsv", "languages": ["en", "fr"]},
        languages=["en", "de", "fr"],
        dedup="none",
        filters={"langid": False},
    )
    report = prepare(settings, tmp_path / "out")
    train, dev = (list(corpus.read_pairs(tmp_path / "out" / split)) for split in ("train", "dev"))
    assert {pair.source for pair in dev}.isdisjoint(pair.source for pair in train)
    assert {pair.target for pair in dev}.isdisjoint(pair.target for pair in train)
    assert all(0 < counts["dev"] <= 20 for counts in report.splits.values())
    assert sum(sum(counts.values()) for counts in report.splits.values()) == 600


def test_same_bytes_for_any_number_of_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("xlalign.bitext.prepare.JOB_ROWS", 16)
    sources = [write_corpus(tmp_path, "a"), write_corpus(tmp_path, "b", 300, "und ")]
    held_out = {"mine": [f"und {number(ZAHLEN, 123)}"]}
    for workers in (1, 2):
        prepare(settings_of(*sources), tmp_path / f"out{workers}", held_out, Engine("local", workers))
    assert digest(tmp_path / "out1") == digest(tmp_path / "out2")


def test_bytes_do_not_depend_on_job_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = write_corpus(tmp_path)
    prepare(settings_of(source), tmp_path / "out1")
    monkeypatch.setattr("xlalign.bitext.prepare.JOB_ROWS", 7)
    prepare(settings_of(source), tmp_path / "out2")
    assert digest(tmp_path / "out1") == digest(tmp_path / "out2")


@pytest.mark.parametrize("count", [1, 2, 5])
def test_tiny_corpora(tmp_path: Path, count: int):
    report = prepare(settings_of(write_corpus(tmp_path, count=count)), tmp_path / "out")
    assert report.splits == {"en-de": {"train": count, "dev": 0, "held out": 0}}


def test_evaluation_sentences_are_removed_and_counted(tmp_path: Path):
    source = write_corpus(tmp_path)
    (tmp_path / "gold.txt").write_text(f"x ||| {number(ZAHLEN, 123).upper()}!\nunrelated sentence\n")
    settings = settings_of(source, decontaminate=[{"name": "gold", "files": [str(tmp_path / "g*.txt")]}])
    report = prepare(settings, tmp_path / "out", {"list": [number(NUMBERS, 177), number(NUMBERS, 178), "Yes"]})
    assert report.dropped == {"evaluation:list": 2, "evaluation:gold": 1}
    assert report.evaluation == {"gold": 2, "list": 2}
    texts = {pair.source for split in ("train", "dev") for pair in corpus.read_pairs(tmp_path / "out" / split)}
    assert f"{number(NUMBERS, 177)} ." not in texts
    assert f"{number(NUMBERS, 179)} ." in texts
    expected = {"file:a.de": "a.de", "file:a.en": "a.en", "gold:gold.txt": "gold.txt"}
    assert inputs(settings) == {name: tmp_path / file for name, file in expected.items()}


def test_a_pattern_that_matches_nothing(tmp_path: Path):
    settings = settings_of(write_corpus(tmp_path), decontaminate=[{"name": "gold", "files": [f"{tmp_path}/no*"]}])
    with pytest.raises(DataError, match="`gold`: no file is like"):
        prepare(settings, tmp_path / "out")


def test_filters_of_corpus_pair_language_and_default(tmp_path: Path):
    source = write_corpus(tmp_path, count=10)

    def kept(**fields: Any) -> int:
        uri = {"uri": source, "filters": fields.pop("corpus", {})}
        settings = settings_of(uri, **fields)
        try:
            return prepare(settings, tmp_path / "out").kept
        except DataError:
            return 0

    short, long = {"length": {"max": 2}}, {"length": {"max": 9}}
    assert kept(filters=short) == 0
    assert kept(filters=short, filters_for={"de": long}) == 10
    assert kept(filters=long, filters_for={"de": long, "en-de": short}) == 0
    assert kept(filters=short, filters_for={"en-de": short}, corpus=long) == 10
    assert kept(filters=short, corpus={"length": False}) == 10


def test_limit_name_and_licence(tmp_path: Path):
    other = write_corpus(tmp_path, "b", prefix="so ")
    source = {"uri": write_corpus(tmp_path), "limit": 30, "name": "mine", "licence": "CC0"}
    settings = settings_of(source, {"uri": other, "limit": 1, "name": "mine too"}, dev_size=0)
    report = prepare(settings, tmp_path / "out")
    assert [(entry.tally.read, entry.name) for entry in report.corpora] == [(30, "mine"), (1, "mine too")]
    assert {pair.corpus for pair in corpus.read_pairs(tmp_path / "out/train")} == {"mine", "mine too"}
    assert report.licences == {"mine": "CC0", "mine too": "not stated"}
    assert json.loads((tmp_path / "out/report.json").read_text())["corpora"][0]["licence"] == "CC0"


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "a.tsv: the corpus is empty"), ("x\tx\ny\ty\n", "of 2 pairs of en-de none is left .dropped: identical 2")],
)
def test_nothing_left(tmp_path: Path, content: str, message: str):
    (tmp_path / "a.tsv").write_text(content)
    with pytest.raises(DataError, match=message):
        prepare(settings_of(f"file:{tmp_path}/a.tsv"), tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_no_source_for_a_language(tmp_path: Path):
    with pytest.raises(DataError, match="no source has the language pair en-fr"):
        prepare(settings_of(write_corpus(tmp_path), languages=["en", "de", "fr"]), tmp_path / "out")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"filters": {"lenght": {}}}, "unknown filter `lenght`.*"),
        ({"filters": {"length": {"maks": 3}}}, "filters.length.maks`; did you mean `max`"),
        ({"profile": "classy"}, "unknown filter profile `classy`"),
        ({"transforms": ["nfd"]}, "unknown transform `nfd`"),
    ],
)
def test_wrong_options(tmp_path: Path, fields: dict[str, Any], message: str):
    with pytest.raises(UserError, match=message):
        prepare(settings_of(write_corpus(tmp_path), **fields), tmp_path / "out")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"languages": ["en", "xx"]}, "unknown language code `xx`"),
        ({"languages": ["en"]}, "at least two different languages"),
        ({"pairs": ["en-en"]}, "`en-en` is not a pair"),
        ({"pairs": ["english"]}, "unknown language code"),
    ],
)
def test_wrong_languages(fields: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        PrepareSettings.model_validate(fields)


def test_language_codes_are_shortened():
    assert PrepareSettings(languages=("eng", "deu", "cmn_Hans")).language_pairs() == [("en", "de"), ("en", "zh_Hans")]


def test_micro_world_with_gold(tmp_path: Path):
    source = {"uri": "micro:world=5", "pairs": 60, "documents": 10}
    fields = {"languages": ["en", "ru"], "mono": [source], "gold_for_train": True}
    report = prepare(settings_of(source, **fields), tmp_path / "out")
    assert report.splits["en-ru"]["dev"] == 6
    pairs = {pair.id: pair for split in ("train", "dev") for pair in corpus.read_pairs(tmp_path / "out" / split)}
    gold = corpus.read_gold(tmp_path / "out")["en", "ru"]
    assert {row.id for row in gold} == set(pairs)
    for row in gold:
        assert row.source_words == words(pairs[row.id].source, "en")
        assert row.target_words == words(pairs[row.id].target, "ru")
        assert set(row.sure) <= set(row.possible)
        assert all(i < len(row.source_words) and j < len(row.target_words) for i, j in row.possible)
    assert len(list(corpus.read_mono(tmp_path / "out", "ru"))) == report.mono[1].kept > 5
    validate(tmp_path / "out")
    assert (tmp_path / "out/gold/en-ru.tsv").read_text().count("\t.\t") >= 1


def test_gold_links_on_other_words():
    gold = PairGold(["Anna", "'s", "dog"], ["der", "Hund"], ((2, 1),), ((1, 0), (2, 1)))
    moved = gold.on(["Anna", "'", "s", "dog"], ["der", "Hund"])
    assert moved.sure == ((3, 1),)
    assert moved.possible == ((1, 0), (2, 0), (3, 1))
    with pytest.raises(ValueError, match="not the same characters"):
        gold.on(["Anna"], ["der", "Hund"])


def test_damage_is_found(tmp_path: Path):
    out = tmp_path / "out"
    prepare(settings_of(write_corpus(tmp_path)), out)
    pairs = list(corpus.read_pairs(out / "train"))
    corpus.write_pairs(out / "train", pairs[1:])
    with pytest.raises(DataError, match="the shards hold"):
        validate(out)
    corpus.write_pairs(out / "train", [pairs[0]._replace(source="other"), *pairs[1:]])
    with pytest.raises(DataError, match="does not belong"):
        validate(out)
    corpus.write_pairs(out / "train", pairs)
    validate(out)
    corpus.write_gold(out, "en", "de", [corpus.GoldPair("0" * 32, ["a"], ["b"], (), ())])
    with pytest.raises(DataError, match="in no split"):
        validate(out)
    corpus.write_gold(out, "en", "de", [corpus.GoldPair(pairs[0].id, ["a"], ["b"], ((0, 1),), ((0, 1),))])
    with pytest.raises(DataError, match="impossible links"):
        validate(out)


def test_near_duplicates(tmp_path: Path):
    long = "the committee met in the old town hall on a cold morning in march to talk about {} and the future of it"
    lang = "das komitee traf sich an einem kalten morgen im maerz im alten rathaus um ueber {} zu reden und die zukunft"
    rows = [("bread", "brot"), ("bread", "brote"), ("water", "wasser")]
    text = "".join(f"{long.format(en)}\t{lang.format(de)}\n" for en, de in rows)
    (tmp_path / "a.tsv").write_text(text + "another sentence entirely\tein ganz anderer satz\n")
    settings = settings_of(f"file:{tmp_path}/a.tsv", dedup="near", filters={"langid": False})
    report = prepare(settings, tmp_path / "out")
    assert report.kept == 2
    assert report.dropped == {"near duplicate": 2}


def test_samples_show_pairs_before_and_after(tmp_path: Path):
    rows = [f"The old dog {i} sleeps under the trees\tDer alte Hund {i} schläft unter den Bäumen" for i in range(40)]
    rows += [
        "The cafe\u0301 in the  old town\tDas Cafe\u0301 in der alten Stadt",
        "Fish  only\tFisch in aller Munde und mehr",
    ]
    (tmp_path / "a.tsv").write_text("\n".join([*rows, rows[0]]) + "\n", encoding="utf-8")
    table = {"languages": ["en", "de"], "sources": [f"file:{tmp_path}/a.tsv"], "dev_size": 0, "transforms": ["nfc"]}
    prepare(
        PrepareSettings.model_validate({**table, "profile": "light", "filters": {"ratio": {"max": 2}}}),
        tmp_path / "out",
    )
    report = json.loads((tmp_path / "out/report.json").read_text())
    (changed,) = report["changed_samples"]
    assert changed["before"] == ["The cafe\u0301 in the  old town", "Das Cafe\u0301 in der alten Stadt"]
    assert (changed["source"], changed["changed_by"]) == ("The café in the old town", ["nfc", "white space"])
    (removed,) = report["samples"]["ratio"]
    assert (removed["before"][0], removed["source"], removed["changed_by"]) == (
        "Fish  only",
        "Fish only",
        ["white space"],
    )
    kept = report["kept_samples"]
    assert len(kept) == 20
    assert all(not sample["before"] for sample in kept)
    assert f"a.tsv:{len(rows) + 1}" not in {sample["place"] for sample in kept}, "the second of two is a duplicate"


def test_samples_are_of_different_texts(tmp_path: Path):
    rows = ["the same sentence\tderselbe Satz\n"] * 50 + [
        f"{number(NUMBERS, i)}\t{number(ZAHLEN, i)}\n" for i in [7, 7, 8, 8]
    ]
    (tmp_path / "a.tsv").write_text("".join(rows))
    prepare(settings_of(f"file:{tmp_path}/a.tsv"), tmp_path / "out")
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["dropped"] == {"duplicate": 51}
    assert len({sample["source"] for sample in report["samples"]["duplicate"]}) == 3
    assert len(report["samples"]["duplicate"]) == 3


def test_what_an_interrupted_run_left_is_gone(tmp_path: Path):
    out = tmp_path / "out"
    prepare(settings_of(write_corpus(tmp_path), shard_rows=20), out)
    (out / "spool-killed").mkdir()
    prepare(settings_of(write_corpus(tmp_path), dev_size=0), out)
    prepare(settings_of(write_corpus(tmp_path), dev_size=0), tmp_path / "fresh")
    assert digest(out) == digest(tmp_path / "fresh")
    assert len(list((out / "train").iterdir())) == 1
