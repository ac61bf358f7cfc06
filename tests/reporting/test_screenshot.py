"""The page in a real browser: it is drawn, in light and dark, without an error. Needs Chromium."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import report_sample
from narrowing import present

from xlalign.reporting import folder

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def screenshot(path: Path, folder: Path, *options: str) -> np.ndarray:
    from matplotlib.image import imread

    picture = folder / "page.png"
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}",
    ]
    command = [present(CHROMIUM), *flags, "--window-size=1100,2400", f"--screenshot={picture}", *options, path.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return imread(picture)[..., :3]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_page_is_drawn_in_light_and_dark(tmp_path):
    made = folder.write(report_sample.report(), tmp_path)
    light = screenshot(made, tmp_path)
    dark = screenshot(made, tmp_path, "--blink-settings=preferredColorScheme=0")
    assert light.shape == (2400, 1100, 3)
    assert light[0, 0].mean() > 0.9 > 0.3 > dark[0, 0].mean()
    for picture in (light, dark):
        rows = (np.abs(picture - picture[0, 0]).sum(-1) > 0.2).any(1)
        assert rows.mean() > 0.5  # something is drawn on most lines, so that no section is empty
        assert len(np.unique((picture * 255).astype(np.uint8).reshape(-1, 3), axis=0)) > 200  # colours of bars and heat
