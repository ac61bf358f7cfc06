import hashlib
import json
import threading
from pathlib import Path

import pytest

from xlalign.files import DRAFT, draft, draft_folder, file_sha256, write_json, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_there_whole_or_as_before(tmp_path):
    place = tmp_path / "sub" / "name.txt"
    write_text(place, "one\r\n")
    assert place.read_bytes() == b"one\r\n"

    def fail() -> None:
        with draft(place) as new:
            new.write_text("half")
            assert place.read_text() == "one\n"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert place.read_bytes() == b"one\r\n"
    assert names(place.parent) == ["name.txt"]


def test_json_reads_back_and_keeps_characters(tmp_path):
    write_json(tmp_path / "a.json", {"b": "ü", "a": [1]}, sort_keys=True)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"a": [1], "b": "ü"}
    assert text.endswith("}\n")
    assert text.index('"a"') < text.index('"b": "ü"')


def test_writers_at_once_never_share_a_draft(tmp_path):
    place = tmp_path / "shared"
    contents = [str(i) * 50_000 for i in range(8)]
    threads = [threading.Thread(target=write_text, args=(place, text)) for text in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert place.read_text() in contents
    assert names(tmp_path) == ["shared"]


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    place = tmp_path / "folder"
    for text in ("one", "two"):
        with draft_folder(place) as new:
            (new / "sub").mkdir()
            (new / "sub" / "x").write_text(text)

    def fail() -> None:
        with draft_folder(place) as new:
            (new / "half").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (place / "sub" / "x").read_text() == "two"
    assert names(tmp_path) == ["folder"]


def test_a_long_name_still_has_a_draft(tmp_path):
    place = tmp_path / ("é" * 120)
    with draft(place) as new:
        assert new.name.endswith(DRAFT)
        new.write_text("x")
    assert place.read_text() == "x"


def test_digest(tmp_path):
    (tmp_path / "x").write_bytes(b"12")
    assert file_sha256(tmp_path / "x") == hashlib.sha256(b"12").hexdigest()
