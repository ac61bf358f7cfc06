"""Real gold sets where this machine has them, and small random encoders with trained tokenizers."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared/data"


@pytest.fixture(scope="session")
def wordalign() -> Path:
    folder = SHARED / "wordalign"
    if not folder.is_dir():
        pytest.skip("shared data is not on this machine")
    return folder
