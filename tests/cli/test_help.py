import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from xlalign.cli.main import app

HEAVY = ("torch", "transformers", "datasets", "simalign", "matplotlib", "scipy", "pyarrow", "numpy")


def commands() -> list[list[str]]:
    found: list[list[str]] = []

    def walk(group: object, path: list[str]) -> None:
        for name, command in getattr(group, "commands", {}).items():
            found.append([*path, name])
            walk(command, [*path, name])

    walk(get_command(app), [])
    return found


def test_every_stage_has_its_command():
    names = {path[0] for path in commands()}
    assert names == {
        "prepare",
        "align-words",
        "pretrain",
        "vocab",
        "eval",
        "project",
        "run",
        "report",
        "push",
        "check",
        "init",
        "schema",
        "list",
        "cache",
        "doctor",
    }


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_help_is_complete(path):
    result = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "80", "TERM": "dumb"})
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 6
    if path[0] not in ("cache", "doctor"):
        assert "Example" in result.output


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from xlalign.cli.main import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"


def test_version():
    assert CliRunner().invoke(app, ["--version"]).output.startswith("xlalign ")


def test_no_command_shows_help():
    assert "prepare" in CliRunner().invoke(app, []).output
