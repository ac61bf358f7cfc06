"""Every test has its own cache, one thread and no network."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from hypothesis import settings

settings.register_profile("fast", max_examples=25, deadline=None)
settings.load_profile("fast")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XLALIGN_CACHE", str(tmp_path_factory.mktemp("cache")))
