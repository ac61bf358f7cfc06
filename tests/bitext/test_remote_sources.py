"""Remote sources run end to end against local imitations of the real answers."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fault_server import Server

from xlalign.bitext.fetch.fetcher import Fetcher
from xlalign.bitext.fetch.lock import Lockfile
from xlalign.bitext.prepare import inputs, prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.bitext.sources import corpora, open_source
from xlalign.bitext.sources.base import TextSource
from xlalign.errors import DataError, UserError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
EN_DE = [("en", "de")]
FETCHERS: list[Fetcher] = []


@pytest.fixture(autouse=True)
def fetching(server: Server, tmp_path: Path) -> Iterator[Fetcher]:
    hosts = ("raw.githubusercontent.com", "opus.nlpl.eu", "object.pouta.csc.fi", "huggingface.co", "far.example")
    mirrors = {f"https://{host}": f"{server.url}/{host}" for host in hosts}
    fetcher = Fetcher(tmp_path / "downloads", Lockfile(tmp_path / "xlalign.lock"), mirrors, sleep=lambda _: None)
    FETCHERS[:] = [fetcher]
    yield fetcher
    FETCHERS.clear()


def opened(uri: str, **options: Any) -> TextSource:
    """The source, which asks the imitated servers."""
    return open_source(uri, options, FETCHERS[0])


def rows_of(uri: str, pairs: Any = EN_DE, **options: Any) -> list[tuple[str, str]]:
    return [(row.source, row.target) for text in opened(uri, **options).bitexts(pairs) for row in text.rows()]


def zipped(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "."), text)
    return stream.getvalue()


def parquet(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def opus(server: Server, body: bytes, version: str = "v1", pair: str = "de-en") -> None:
    source, target = pair.split("-")
    path = f"/OPUS-Books/{version}/moses/{pair}.txt.zip"
    row = {"alignment_pairs": 2, "corpus": "Books", "latest": "True", "preprocessing": "moses", "size": 7}
    row |= {"source": source, "target": target, "version": version, "url": f"https://object.pouta.csc.fi{path}"}
    server.content["/opus.nlpl.eu/opusapi/"] = json.dumps({"corpora": [row]}).encode()
    server.content[f"/object.pouta.csc.fi{path}"] = body


BOOKS = {"Books.de-en.de": "eins\nzwei\u2028drei\n", "Books.de-en.en": "one\ntwo three\n", "LICENSE": "\nCC-BY 4.0\n"}


def test_opus(server: Server, tmp_path: Path):
    opus(server, zipped(**BOOKS))
    (text,) = opened("opus:Books").bitexts([("en", "fr"), ("en", "de")])
    assert [tuple(row[1:3]) for row in text.rows()] == [("one", "eins"), ("two three", "zwei\u2028drei")]
    assert (text.corpus, text.languages, text.licence) == ("Books-v1", ("en", "de"), "CC-BY 4.0")
    lock = json.loads((tmp_path / "xlalign.lock").read_text())
    (entry,) = lock["files"].values()
    assert entry["licence"] == "CC-BY 4.0"
    server.content["/opus.nlpl.eu/opusapi/"] = b'{"corpora": []}'
    assert rows_of("opus:Books")[0] == ("one", "eins"), "the lock file pins the version"
    assert opened("opus:Books").inputs(EN_DE)[0].name == "de-en.txt.zip"
    with pytest.raises(DataError, match="none of the language pairs en-de"):
        rows_of("opus:Books@v2")


def test_opus_names(server: Server):
    opus(server, zipped(**{"B.en-zh_CN.en": "one\n", "B.en-zh_CN.zh_CN": "一\n"}), pair="en-zh_CN")
    assert rows_of("opus:Books@v1", [("en", "zh")], names={"zh": "zh_CN"}) == [("one", "一")]


INFO = "/raw.githubusercontent.com/Helsinki-NLP/OPUS/main/corpus/{}/info.yaml"


def test_what_there_is(server: Server, tmp_path: Path):
    rows = [
        {"corpus": name, "version": "v1", "alignment_pairs": pairs, "size": 3, "source_tokens": 40}
        for name, pairs in {"A": 5, "B": 70_000, "C": "", "D": 6}.items()
    ]
    server.content["/opus.nlpl.eu/opusapi/"] = json.dumps({"corpora": rows}).encode()
    server.content[INFO.format("A")] = b"name: A\nlicense: CC-BY 4.0\nwebsite: x\n"
    server.content[INFO.format("B")] = b"license: >\n  See <a href='x'>the\n  terms</a>\nname: B\n"
    server.content[INFO.format("C")] = b"license: empty\n"
    found = [(entry.uri, entry.pairs, entry.size, entry.licence) for entry in corpora("en-deu", FETCHERS[0])]
    assert found == [
        ("opus:B@v1", 70_000, 3072, "See the terms"),
        ("micro:", 20_000, 0, "Apache-2.0"),
        ("opus:D@v1", 6, 3072, ""),
        ("opus:A@v1", 5, 3072, "CC-BY 4.0"),
        ("opus:C@v1", 0, 3072, ""),
    ]
    assert [path for path, _ in server.requests if "zip" in path] == [], "nothing is downloaded"
    assert {entry.tokens for entry in corpora("fr", FETCHERS[0])} == {40}
    server.content.clear()
    offline = Fetcher(tmp_path / "downloads", mirrors={"https://": f"{server.url}/"}, offline=True)
    assert corpora("en-de", offline)[0].licence == "See the terms", "as they were answered last time"
    with pytest.raises(UserError, match="neither a language nor a pair"):
        corpora("de-de", FETCHERS[0])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (zipped(**BOOKS)[:-30], "damaged archive"),
        (b"no zip", "damaged archive"),
        (b"<html>not a zip</html>", "a web page instead of a file"),
        (zipped(a="x"), "files ending in"),
        (zipped(**{**BOOKS, "Books.de-en.de": "eins\n"}), "has 2 lines"),
    ],
)
def test_opus_damage(server: Server, body: bytes, message: str):
    opus(server, body)
    with pytest.raises(DataError, match=message):
        rows_of("opus:Books")


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"corpora": 3}', b'{"corpora": [{}]}'])
def test_opus_answers_nonsense(server: Server, answer: bytes):
    server.content["/opus.nlpl.eu/opusapi/"] = answer
    with pytest.raises(DataError, match="answer"):
        rows_of("opus:Books")


def test_tatoeba(server: Server):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, text in {"train.src.gz": "eins\n", "train.trg.gz": "one\n", "dev.src.gz": "zwei\n"}.items():
            body = gzip.compress(text.encode())
            info = tarfile.TarInfo(f"data/release/v2023-09-26/deu-eng/{name}")
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    server.content["/object.pouta.csc.fi/Tatoeba-Challenge-v2023-09-26/deu-eng.tar"] = stream.getvalue()
    assert rows_of("tatoeba:", [("en", "fr"), ("en", "de")]) == [("one", "eins")]
    assert rows_of("tatoeba:", [("de", "en")]) == [("eins", "one")]
    with pytest.raises(DataError, match="none of the language pairs eng-fra"):
        rows_of("tatoeba:", [("en", "fr")])


def hub(server: Server, files: dict[str, bytes], digests: bool = True, revision: str = "main") -> None:
    siblings = []
    for name, body in files.items():
        server.content[f"/huggingface.co/datasets/me/set/resolve/abc/{name}"] = body
        lfs = {"lfs": {"sha256": hashlib.sha256(body).hexdigest()}} if digests else {}
        siblings.append({"rfilename": name, **lfs})
    answer = {"sha": "abc", "siblings": siblings, "cardData": {"license": "cc0-1.0"}}
    server.content[f"/huggingface.co/api/datasets/me/set/revision/{revision}"] = json.dumps(answer).encode()


def test_hub(server: Server, tmp_path: Path):
    shards = [parquet(translation=[{"de": f"eins {i}", "en": f"one {i}"}]) for i in range(2)]
    other = parquet(translation=[{"de": "x", "en": "y"}])
    files = {f"de-en/train-0000{i}-of-00002.parquet": shard for i, shard in enumerate(shards)}
    files |= {"de-en/test-00000-of-00001.parquet": other, "README.md": b"", "fr-en/train-0.parquet": other}
    hub(server, files)
    assert rows_of("hf:me/set") == [("one 0", "eins 0"), ("one 1", "eins 1")]
    assert rows_of("hf:me/set/de-en", split="test") == [("y", "x")]
    lock = json.loads((tmp_path / "xlalign.lock").read_text())
    assert lock["resolved"]["hf:me/set@main"]["commit"] == "abc"
    assert {entry["licence"] for entry in lock["files"].values()} == {"cc0-1.0"}


def test_hub_single_configuration(server: Server):
    hub(server, {"data/train-0.parquet": parquet(english=["one"], other=["eins"])}, digests=False)
    assert rows_of("hf:me/set", columns=["english", "other"], languages=["en", "de"]) == [("one", "eins")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"set.py": b"", "a.csv": b""}, "loaded by a script .set.py., which is never run"),
        ({"data.jsonl": b""}, "no Parquet files .it has: jsonl"),
        ({"fr-en/train-0.parquet": b""}, "no Parquet files of split `train` for en-de"),
    ],
)
def test_hub_without_the_files(server: Server, files: dict[str, bytes], message: str):
    hub(server, files)
    with pytest.raises(DataError, match=message):
        rows_of("hf:me/set")


def test_hub_converted_branch(server: Server):
    revision = "refs%2Fconvert%2Fparquet"
    hub(server, {"de-en/train/0000.parquet": parquet(en=["one"], de=["eins"])}, revision=revision)
    assert rows_of("hf:me/set/de-en@refs/convert/parquet") == [("one", "eins")]


def test_hub_partial_conversion(server: Server):
    hub(server, {"de-en/partial-train/0000.parquet": b""}, revision="refs%2Fconvert%2Fparquet")
    with pytest.raises(DataError, match="only the beginning"):
        rows_of("hf:me/set/de-en@refs/convert/parquet")


def test_hub_refusals(server: Server):
    server.faults = ["status:401"]
    with pytest.raises(DataError, match="access refused") as found:
        rows_of("hf:me/set")
    assert "HF_TOKEN" in (found.value.hint or "")
    with pytest.raises(DataError, match="no such file"):
        rows_of("hf:me/missing")
    with pytest.raises(UserError, match="wanted hf:OWNER/NAME"):
        rows_of("hf:set")


def test_hub_corrupt_file(server: Server):
    hub(server, {"de-en/train-0.parquet": parquet(en=["one"], de=["eins"])})
    server.content["/huggingface.co/datasets/me/set/resolve/abc/de-en/train-0.parquet"] = b"something else"
    with pytest.raises(DataError, match="its publisher says"):
        rows_of("hf:me/set")


def test_url(server: Server):
    server.content["/far.example/news.de-en.tsv.gz"] = gzip.compress(b"eins\tone\n")
    assert rows_of("url:https://far.example/news.{source}-{target}.tsv.gz") == [("one", "eins")]
    server.content["/far.example/a.en"], server.content["/far.example/a.de"] = b"one\n", b"eins\n"
    assert rows_of("url:https://far.example/a.en|https://far.example/a.de") == [("one", "eins")]
    assert list(opened("url:https://far.example/a.{lang}").documents("de")) == ["eins"]
    with pytest.raises(DataError, match="no such file"):
        rows_of("url:https://far.example/b.tsv")


def test_sacrebleu(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from sacrebleu.dataset import DATASETS
    from sacrebleu.dataset.plain_text import PlainTextDataset

    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, text in {"test.de": "eins\n", "test.en": "one\n"}.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    body = stream.getvalue()
    server.content["/far.example/toy.tar.gz"] = body
    md5 = hashlib.md5(body).hexdigest()
    toy = PlainTextDataset("toy", ["https://far.example/toy.tar.gz"], "", "", [md5], {"de-en": ["test.de", "test.en"]})
    toy._outdir, toy._rawdir = str(tmp_path / "toy"), str(tmp_path / "toy/raw")
    monkeypatch.setitem(DATASETS, "toy", toy)
    assert rows_of("sacrebleu:toy") == [("one", "eins")]
    with pytest.raises(DataError, match="has none of en-fr"):
        rows_of("sacrebleu:toy", [("en", "fr")])
    with pytest.raises(UserError, match="unknown sacrebleu test set"):
        rows_of("sacrebleu:wmt1")
    toy.md5, toy._rawdir, toy._outdir = ["0"], str(tmp_path / "b/raw"), str(tmp_path / "b")
    with pytest.raises(DataError, match="the file has changed"):
        rows_of("sacrebleu:toy")


def test_prepare_from_the_network(server: Server, tmp_path: Path):
    words = {"de": "das Haus Nummer", "en": "the house number"}
    members = {f"Books.de-en.{lang}": "".join(f"{text} {i}\n" for i in range(50)) for lang, text in words.items()}
    opus(server, zipped(**members))
    mirrors = {"https://": f"{server.url}/"}
    fields = {"languages": ["en", "de"], "sources": ["opus:Books"], "mirrors": mirrors, "dev_size": 5}
    local = {"downloads": str(tmp_path / "mine"), "lock": str(tmp_path / "mine.lock")}
    settings = PrepareSettings.model_validate({**fields, **local})
    assert prepare(settings, tmp_path / "out").kept == 50
    assert list(inputs(settings)) == ["opus:de-en.txt.zip"]
    again = settings.model_copy(update={"offline": True, "frozen": True})
    assert prepare(again, tmp_path / "again").kept == 50
    for name in ("train/00000.parquet", "report.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
