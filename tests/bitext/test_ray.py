"""The artifact's bytes from one, two and four processes, and from a real Ray cluster of two nodes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from xlalign.bitext.prepare import prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.parallel import Engine

SETTINGS = {
    "languages": ["en", "de", "ru"],
    "sources": [{"uri": "micro:", "pairs": 3000}],
    "mono": [{"uri": "micro:", "documents": 2000}],
    "dedup": "near",
}
ON_RAY = """
import json, sys
from pathlib import Path
from ray.cluster_utils import Cluster
import ray
from xlalign.bitext import prepare
from xlalign.bitext.settings import PrepareSettings
from xlalign.parallel import Engine
prepare.JOB_ROWS = 90
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
cluster.add_node(num_cpus=1)
ray.init(address=cluster.address, log_to_driver=False)
assert len([node for node in ray.nodes() if node["Alive"]]) == 2
prepare.prepare(PrepareSettings.model_validate_json(sys.argv[1]), Path(sys.argv[2]), engine=Engine("ray", 0))
ray.shutdown()
cluster.shutdown()
"""


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.slow
def test_same_bytes_from_every_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("ray")
    monkeypatch.setattr("xlalign.bitext.prepare.JOB_ROWS", 90)
    settings = PrepareSettings.model_validate(SETTINGS)
    for workers in (1, 2, 4):
        prepare(settings, tmp_path / f"{workers}", engine=Engine("local", workers))
    command = [sys.executable, "-c", ON_RAY, settings.model_dump_json(), str(tmp_path / "ray")]
    subprocess.run(command, check=True, timeout=300)
    expected = digest(tmp_path / "1")
    assert {name: digest(tmp_path / name) for name in ("2", "4", "ray")} == dict.fromkeys(("2", "4", "ray"), expected)
