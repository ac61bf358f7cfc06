"""Bad input: one clear message with file, line and next step, an exit code by kind, nothing half-written."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from xlalign.artifacts.store import Store
from xlalign.cli.main import app

GOOD = "".join(f"sentence number {i} of the file\tSatz Nummer {i} der Datei\n" for i in range(40))


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(source: str, languages: str = '"en", "de"', more: str = "") -> None:
    text = f'title = "t"\n[prepare]\nlanguages = [{languages}]\nsources = [{source}]\ndev_size = 2\n{more}'
    Path("xlalign.toml").write_text(text, encoding="utf-8")


def prepare(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["prepare", "--workers", "1", *arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output + (result.stderr if result.stderr_bytes else "")


def nothing_published() -> bool:
    root = Store().root
    return not list(root.glob("artifacts/*/*")) and not list(root.glob("work/*/artifact"))


TSV = '{ uri = "file:pairs.tsv", languages = ["en", "de"] }'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, ["pairs.tsv"]),
        (b"", ["pairs.tsv"]),
        (GOOD.encode() + b"only one column\n", ["pairs.tsv:41", "column"]),
        (GOOD.encode() + b"a\tb\xff\n", ["pairs.tsv:41", "UTF-8"]),
    ],
    ids=["missing", "empty", "columns", "utf-8"],
)
def test_bad_table(here, content, said):
    if content is not None:
        (here / "pairs.tsv").write_bytes(content)
    config(TSV)
    code, output = prepare()
    assert code == 3
    assert "error:" in output
    assert "hint:" in output
    for text in said:
        assert text in output
    assert "Traceback" not in output
    assert nothing_published()


def test_unequal_line_counts(here):
    (here / "a.en").write_text("one\ntwo\nthree\n")
    (here / "a.de").write_text("eins\nzwei\n")
    config('{ uri = "file:a.en|a.de", languages = ["en", "de"] }')
    code, output = prepare()
    assert code == 3
    assert "3" in output
    assert "2" in output
    assert "a.de" in output
    assert nothing_published()


def test_unknown_language(here):
    config(TSV, '"en", "xq"')
    code, output = prepare()
    assert code == 2
    assert "xq" in output


def test_unknown_preset_task_aligner_filter(here):
    (here / "pairs.tsv").write_text(GOOD)
    config(TSV, more="filters = { lenght = {} }\n")
    code, output = prepare()
    assert code in (2, 3)
    assert "length" in output
    config(TSV, more='[pretrain.x]\npreset = "ppb"\n')
    code, output = prepare()
    assert code == 2
    assert "ppb" in output
    assert "ppa" in output


def test_full_disk(here, monkeypatch):
    (here / "pairs.tsv").write_text(GOOD)
    config(TSV)

    def full(*arguments: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xlalign.bitext.prepare.prepare", full)
    code, output = prepare()
    assert code == 5
    assert "no space left" in output
    assert "xlalign cache gc" in output
    assert nothing_published()


def test_read_only_cache(here, monkeypatch):
    (here / "pairs.tsv").write_text(GOOD)
    config(TSV)
    real = Path.mkdir

    def denied(self: Path, *arguments: Any, **named: Any) -> None:
        if self.is_relative_to(Store().root):
            raise OSError(errno.EACCES, "Permission denied", str(self))
        real(self, *arguments, **named)

    monkeypatch.setattr(Path, "mkdir", denied)
    code, output = prepare()
    assert code == 5
    assert "not writable" in output
    assert "XLALIGN_CACHE" in output


def test_no_configuration_file(here):
    code, output = prepare("--config", "missing.toml")
    assert code == 2
    assert "missing.toml" in output
    assert "xlalign init" in output


def test_good_input_passes(here):
    (here / "pairs.tsv").write_text(GOOD)
    config(TSV)
    code, output = prepare("--out", "copies")
    assert code == 0, output
    assert (here / "copies" / "prepare" / "moses" / "train.en-de.en").is_file()
    code, output = prepare("--out", "copies")
    assert code == 0
    assert "hit" in output


@pytest.mark.parametrize("how", [("--dry-run",), ()])
def test_a_title_cannot_steer_the_terminal(here, how):
    (here / "pairs.tsv").write_text(GOOD)
    config(TSV)
    path = here / "xlalign.toml"
    path.write_text(path.read_text().replace('"t"', '"a\\u001b]0;owned\\u0007\\u202e[bold]b"'))
    code, output = prepare(*how, "--out", "[/x]")  # no closing tag of rich's markup
    assert code == 0, output
    assert how or "prepare -> [/x]/prepare" in output
    assert "\x1b" not in output
    assert "\u202e" not in output
    assert r"a\x1b]0;owned\x07\u202e[bold]b" in output


@pytest.mark.filterwarnings("always::xlalign.errors.Notice")
def test_damage_is_said_with_quiet_too(here):
    (here / "pairs.tsv").write_text(GOOD)
    config(TSV)
    assert prepare("-q")[0] == 0
    (report,) = Store().root.glob("artifacts/prepare/*/data/report.json")
    before = report.read_text()
    report.write_text(before.replace("4", "5"))
    code, output = prepare("-q")
    assert code == 0, output
    assert "report.json has other content" in output
    assert json.loads(report.read_text()).keys() == json.loads(before).keys()
