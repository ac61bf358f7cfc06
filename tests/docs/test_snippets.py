"""Every fenced block of the documentation is true: TOML decodes, Python runs, commands and options exist."""

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.main import get_command

from xlalign.cli.main import app
from xlalign.stages.pipeline import load

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: str
    line: int
    language: str
    options: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(language: str) -> list[Block]:
    return [block for page in PAGES for block in _blocks(page) if block.language == language]


def _blocks(path: Path) -> list[Block]:
    text = path.read_text(encoding="utf-8")
    name = str(path.relative_to(ROOT))
    written = name.startswith("docs/reference/") and name != "docs/reference/python.md"  # by docs/generate.py
    if name == "docs/log.md" or written:
        return []
    return [
        Block(
            name,
            text[: match.start()].count("\n") + 1,
            match[2],
            match[3],
            re.sub(rf"^{match[1]}", "", match[4], flags=re.MULTILINE),
        )
        for match in FENCE.finditer(text)
        if "--8<--" not in match[4]  # a tested file; mkdocs checks that it exists
    ]


TOML, PYTHON, CONSOLE = blocks("toml"), blocks("python"), blocks("console")


def test_there_are_snippets():
    assert len(TOML) >= 8
    assert len(PYTHON) >= 2
    assert len(CONSOLE) >= 12


@pytest.mark.parametrize("block", TOML, ids=str)
def test_toml(block, tmp_path, request):
    if block.page == "docs/guides/extend.md":
        request.getfixturevalue("plugin")
    if "pyproject" in block.options:
        assert tomllib.loads(block.text)
        return
    path = tmp_path / "xlalign.toml"
    path.write_text(block.text, encoding="utf-8")
    pipeline = load(path)
    whole = {"prepare", "pretrain", "eval"} <= set(pipeline.stages)
    assert not whole or len(pipeline.graph()) > 3


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(block.text, str(block), "exec"), {"__name__": "snippet"})


def commands(block: Block) -> list[list[str]]:
    """The simple commands of a console block, as words."""
    lines = [line.partition(" #")[0] for line in block.text.replace("\\\n", " ").splitlines()]
    typed = [line.removeprefix("$ ") for line in lines if line.strip()]
    return [shlex.split(part) for line in typed for part in re.split(r"&&|;", line)]


@pytest.mark.parametrize("block", CONSOLE, ids=str)
def test_console(block):
    for words in commands(block):
        check = CHECKS.get(words[0])
        assert check is not None, f"no check for `{words[0]}`"
        check(words[1:])


def _xlalign(arguments: list[str]) -> None:
    command: Any = get_command(app)
    path = ["xlalign"]
    while hasattr(command, "commands") and arguments:
        name, *arguments = arguments
        assert name in command.commands, f"no command {' '.join([*path, name])}"
        path.append(name)
        command = command.commands[name]
    if "--help" not in arguments:
        command.make_context(" ".join(path), arguments)


@pytest.mark.parametrize("line", ["prepaer", "prepare --no-such-option", "run a b c", "cache explain"])
def test_a_wrong_command_would_be_noticed(line):
    with pytest.raises(Exception) as caught:
        _xlalign(line.split())
    assert "no command" in str(caught.value) or hasattr(caught.value, "exit_code")


def _nox(arguments: list[str]) -> None:
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    sessions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert set(arguments) - {"-s", "-l", "--"} <= sessions


def _python(arguments: list[str]) -> None:
    if arguments[0] != "-m":
        assert (ROOT / arguments[0]).is_file()


def _anything(arguments: list[str]) -> None:
    pass


CHECKS = {
    "xlalign": _xlalign,
    "nox": _nox,
    "python": _python,
    "pip": _anything,
    "pre-commit": _anything,
    "cd": _anything,
    ".": _anything,
    "accelerate": _anything,
}


def test_generated_pages_are_current():
    script = ROOT / "docs" / "generate.py"
    answer = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert answer.returncode == 0, answer.stderr


def test_every_command_is_in_the_reference():
    text = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    command: Any = get_command(app)
    for name, child in command.commands.items():
        assert f"`xlalign {name}`" in text
        assert child.help, name


def test_the_readme_has_the_two_commands_on_its_first_screen():
    first = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    assert "pip install -c constraints.txt . && xlalign run quickstart" in first
    assert "pip install nox && nox -s tests" in first


def test_links_between_pages_exist():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http", "mailto")):
                assert (page.parent / target).exists(), f"{page}: {target}"


def test_every_page_is_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs").rglob("*.md")):
        name = page.relative_to(ROOT / "docs").as_posix()
        assert name in text or name.startswith("decisions/0"), name
