"""`xlalign cache ...`, and what every command says before it works and when it fails."""

import json
import warnings
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlalign.artifacts.holds import holding
from xlalign.artifacts.making import Recipe, Workspace, obtain
from xlalign.artifacts.store import Store
from xlalign.cli.main import app
from xlalign.errors import Notice


def xlalign(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments], env={"COLUMNS": "160", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def put(stage: str, name: str, **settings: object) -> str:
    def make(space: Workspace) -> None:
        (space.out / "x").write_text(json.dumps(settings))

    return obtain(Store(), Recipe(stage, name, 1, settings), make)[0].manifest.key


@pytest.fixture
def keys() -> dict[str, str]:
    return {
        "one": put("pretrain", "ppa", steps=1),
        "two": put("pretrain", "ppa", steps=2),
        "three": put("cell", "eval.xnli.ppa.1", seed=1),
    }


def listed(*filters: str) -> set[str]:
    return {row["key"] for row in json.loads(xlalign("cache", "ls", "--json", *filters)[1])}


def test_ls_filters_by_stage_and_name(keys):
    assert listed() == set(keys.values())
    assert listed("--stage", "pretrain") == {keys["one"], keys["two"]}
    assert listed("--name", "eval.*") == {keys["three"]}
    assert listed("--stage", "pre*", "--name", "eval.*") == set()
    assert keys["one"][:12] in xlalign("cache", "ls")[1]


def test_an_ambiguous_key_lists_its_matches(keys, monkeypatch):
    code, output = xlalign("cache", "explain", "")
    assert code == 2, output
    assert "3 artifacts have a key that starts with ``" in output
    for key in keys.values():
        assert key[:16] in output
    code, output = xlalign("cache", "explain", keys["two"], keys["one"])
    assert code == 0
    assert "steps 1 -> 2" in output
    assert "xlalign cache ls" in xlalign("cache", "show", "zz")[1]


def test_rm_takes_one_or_asks(keys):
    assert xlalign("cache", "rm")[0] == 2
    code, output = xlalign("cache", "rm", "--name", "ppa")
    assert code == 2, output
    assert "2 artifacts match" in output
    assert xlalign("cache", "rm", "zz")[0] == 2
    with holding(Store()) as hold:
        hold.add(keys["three"])
        code, output = xlalign("cache", "rm", keys["three"][:20])
        assert code == 5
        assert "in use" in output
    assert xlalign("cache", "rm", keys["three"][:20])[0] == 0
    assert listed() == {keys["one"], keys["two"]}
    assert xlalign("cache", "rm", "--name", "ppa", "--yes")[0] == 0
    assert listed() == set()


def test_verify_says_what_is_damaged_and_what_to_do(keys):
    assert xlalign("cache", "verify") == (0, "every artifact is intact (3)\n")
    (Store().folder("pretrain", keys["one"]) / "data" / "x").write_text('{"steps": 9}')
    (Store().folder("pretrain", keys["two"]) / "manifest.json").unlink()
    code, output = xlalign("cache", "verify")
    assert code == 5
    assert f"ppa (pretrain/{keys['one'][:12]}): x has other content" in output
    assert f"(pretrain/{keys['two'][:12]}): it has no manifest" in output
    assert "2 of 3 damaged" in output
    assert "cache rm" in output
    assert xlalign("cache", "rm", keys["two"][:12])[0] == 0


def test_a_warning_of_ours_is_a_line(monkeypatch):
    def warn(*arguments: object) -> list[object]:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("the cached x is [bold]damaged[/]", Notice, stacklevel=2)
        return []

    monkeypatch.setattr("xlalign.cli.commands.cache._matching", warn)
    output = xlalign("cache", "ls")[1]
    assert "warning: the cached x is [bold]damaged[/]\n" in output
    assert ".py" not in output


def test_a_bug_is_one_message_and_a_traceback_only_with_debug(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def broken(*arguments: object, **named: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("xlalign.stages.runner.make_current", broken)
    code, output = xlalign("prepare")
    assert code == 1
    assert "error: ZeroDivisionError: by zero" in output
    assert "--debug" in output
    assert "Traceback" not in output
    result = CliRunner().invoke(app, ["prepare", "--debug"])
    assert isinstance(result.exception, ZeroDivisionError)
    result = CliRunner().invoke(app, ["prepare"], env={"XLALIGN_DEBUG": "1"})
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.parametrize("command", [["prepare"], ["report"], ["run"]])
@pytest.mark.parametrize("place", ["file", "file/below", "readonly/x"])
def test_a_place_that_cannot_be_written_is_said_before_any_work(tmp_path, monkeypatch, command, place):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    Path("readonly").mkdir()
    monkeypatch.setattr("os.access", lambda path, mode: "readonly" not in str(path))  # root may write anywhere
    monkeypatch.setattr("xlalign.stages.runner.work", lambda *a: pytest.fail("worked"))
    code, output = xlalign(*command, "--out", place)
    assert code == 2, output
    assert f"--out {place}" in output
    assert "choose another folder" in output
    assert Path("file").read_text() == "mine"


def test_a_folder_that_is_no_export_is_said_before_any_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data/prepare").mkdir(parents=True)
    Path("data/prepare/mine").write_text("x")
    monkeypatch.setattr("xlalign.stages.runner.work", lambda *a: pytest.fail("worked"))
    code, output = xlalign("prepare", "--out", "data")
    assert code == 2, output
    assert "data/prepare exists and is not an export" in output


def test_a_folder_that_is_no_model_is_said_before_any_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("big").mkdir()
    Path("big/data.bin").write_bytes(b"x" * 100)
    Path("xlalign.toml").write_text('[prepare]\n[pretrain.x]\npreset = "mlm"\nfrom = "./big"\n')
    monkeypatch.setattr("xlalign.stages.runner.work", lambda *a: pytest.fail("worked"))
    code, output = xlalign("pretrain")
    assert code == 3, output
    assert "`big` is no model folder: it has no config.json" in output
