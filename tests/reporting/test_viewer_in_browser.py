"""The alignment viewer as headless Chromium draws it: which cells are filled, in which colour, from which side."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from matplotlib import image
from narrowing import present
from scipy import ndimage

from xlalign.reporting import page
from xlalign.reporting.data import AlignedPair, ReportData

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RIGHT, WRONG = (0x00, 0x77, 0xBB), (0xEE, 0x77, 0x33)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


def screenshot(folder: Path, pair: AlignedPair) -> np.ndarray:
    """The picture of a page with one pair, (H, W, 3) of 0 to 255, without the legend's own marks."""
    (folder / "page.html").write_text(page.render(ReportData(title="links", alignments=(pair,))), encoding="utf-8")
    command = [
        present(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=900,1400",
        "--force-device-scale-factor=1", f"--user-data-dir={folder / 'profile'}",
        f"--screenshot={folder / 'page.png'}", f"file://{folder / 'page.html'}",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (image.imread(folder / "page.png")[:, :, :3] * 255).round().astype(int)


def blobs(picture: np.ndarray, colour: tuple[int, int, int]) -> list[tuple[float, ...]]:
    """The centres (y, x) of the connected areas of a colour that are as large as a cell's mark."""
    near = (np.abs(picture - colour) <= 6).all(axis=2)
    labels, count = ndimage.label(near)
    large = [n for n in range(1, count + 1) if (labels == n).sum() > 60]
    return sorted(ndimage.center_of_mass(near, labels, large))


def pair(target_lang, target, predicted, sure=((0, 0),), possible=()):
    return AlignedPair(
        source_lang="en", target_lang=target_lang, source_words=("one", "two", "three"), target_words=tuple(target),
        sure=tuple(sure), possible=tuple(possible), predicted=tuple(predicted), scores=(0.9,) * len(predicted),
    )  # fmt: skip


def test_fill_and_colour(tmp_path):
    links = pair("de", ["eins", "zwei", "drei"], [(0, 0), (1, 1), (2, 1)], sure=[(0, 0)], possible=[(1, 1), (2, 2)])
    picture = screenshot(tmp_path, links)
    legend, *right = blobs(picture, RIGHT)
    _, *wrong = blobs(picture, WRONG)
    assert len(right) == 2
    assert len(wrong) == 1
    assert right[0][0] < right[1][0]
    assert right[0][1] < right[1][1]
    assert wrong[0][0] > right[1][0]
    assert abs(wrong[0][1] - right[1][1]) < 2
    assert legend[0] < right[0][0]


def test_arabic_runs_from_the_right(tmp_path):
    words = ["واحد", "اثنان", "ثلاثة"]
    picture = screenshot(tmp_path, pair("ar", words, [(0, 0), (1, 1), (2, 2)], sure=[(0, 0), (1, 1), (2, 2)]))
    spots = blobs(picture, RIGHT)[1:]
    assert [x for _, x in spots] == sorted((x for _, x in spots), reverse=True)


def test_a_long_pair_is_drawn_with_lines(tmp_path):
    long = pair("de", [f"w{n}" for n in range(35)], [(0, 0), (1, 34)], sure=[(0, 0), (1, 34)])
    picture = screenshot(tmp_path, long)
    near = (np.abs(picture - RIGHT) <= 40).all(axis=2)
    rows = np.flatnonzero(near.sum(axis=1))
    assert rows.max() - rows.min() > 500
