"""What the page of results says of gains over the control."""

import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "docs" / "results.py"


@pytest.fixture(scope="module")
def results():
    spec = importlib.util.spec_from_file_location("results", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([5.0, 6.0, 4.0], "helps"),
        ([-5.0, -6.0, -4.0], "hurts"),
        ([5.0, -0.1, 4.0], "noise"),
        ([9.0, 0.1, 0.1], "noise"),
        ([5.0], "one seed only"),
        ([], "one seed only"),
    ],
)
def test_a_verdict_needs_seeds_that_agree(results, gains, expected):
    assert results.verdict(gains) == expected


def test_an_empty_cache_gives_a_page_that_says_what_is_missing(results, tmp_path):
    text = results.page(results.Seen(tmp_path))
    assert "base (0 of 3)" in text
    assert "ml-ctl-gold (0 of 3)" in text
