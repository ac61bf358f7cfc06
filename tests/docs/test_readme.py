"""The tables of the first page are written by a command, with their date."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import report_sample

import xlalign
from xlalign.reporting.summary import summary_table

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "docs" / "tutorial.md"]


@pytest.fixture(scope="module")
def readme():
    spec = importlib.util.spec_from_file_location("readme", ROOT / "docs" / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_say_when_and_where_their_figures_were_made(readme, page):
    text = page.read_text(encoding="utf-8")
    block = readme.BLOCK.search(text)
    assert re.search(r"\d+ cores, \d{4}-\d\d-\d\d; times vary by machine", block[0])
    assert max(map(len, block[0].splitlines())) <= 80


def test_both_pages_have_the_same_figures(readme):
    first, second = (readme.BLOCK.search(page.read_text(encoding="utf-8"))[0] for page in PAGES)
    assert first == second


def test_tables_are_put_in_place_of_the_old_ones(readme):
    results = report_sample.results()
    table = summary_table(results, primary=results.primary)
    old = "```text\nZero-shot transfer\nold\n```\n\n(2 cores, 2020-01-01; times vary by machine.)"
    page = f"# Title\n\n{old}\n\nThe end.\n"
    made = readme.replaced(page, [table], "2026-11-30", 8)
    assert made.startswith("# Title\n\n```text\nZero-shot transfer")
    assert made.endswith("(8 cores, 2026-11-30; times vary by machine, and last digits by processor.)\n\nThe end.\n")
    assert "old" not in made
    assert readme.replaced(made, [table], "2026-11-30", 8) == made
    with pytest.raises(ValueError, match="no block"):
        readme.replaced("nothing", [table], "2026-11-30", 8)


def test_an_empty_cache_is_said(readme, tmp_path):
    with pytest.raises(SystemExit, match="xlalign run quickstart"):
        readme.quickstart(tmp_path)


def test_the_version_is_one_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert f"version: {xlalign.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {xlalign.__version__} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
