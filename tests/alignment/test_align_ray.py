"""The alignments artifact's bytes from this process, from two, and from a real Ray cluster."""

import subprocess
import sys

import pytest

from xlalign.bitext import corpus as bitext_files
from xlalign.types import Pair

ALIGN = """
import sys
from pathlib import Path
from xlalign.alignment import artifact, shards
from xlalign.alignment.settings import AlignSettings
from xlalign.parallel import Engine
if __name__ == "__main__":
    shards.SHARD_ROWS = 7
    bitext, out, kind, workers, aligner, encoder = sys.argv[1:]
    settings = AlignSettings(aligner=aligner, layer=2, device="cpu")
    artifact.align_bitext(Path(bitext), settings, Path(out), encoder, engine=Engine(kind, int(workers)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("aligner", ["hmm", "itermax"])
def test_same_bytes_from_every_engine(aligner, encoder, tmp_path):
    pytest.importorskip("ray")
    words = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dogs", "and", "never", "sleeps"]
    texts = [(" ".join(words[n % 5 :]), " ".join(words[::-1][n % 7 :])) for n in range(50)]
    rows = (Pair(f"n{n:02d}", source, target, "en", "de", "test") for n, (source, target) in enumerate(texts))
    bitext_files.write_pairs(tmp_path / "bitext/train", rows)
    script = tmp_path / "align.py"
    script.write_text(ALIGN)
    found = []
    for kind, workers in (("local", 1), ("local", 2), ("ray", 2)):
        out = tmp_path / f"{kind}{workers}"
        command = [sys.executable, script, tmp_path / "bitext", out, kind, str(workers), aligner, encoder]
        subprocess.run(command, check=True, timeout=300, capture_output=True)
        found.append({path.name: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()})
    assert found[0] == found[1] == found[2]
    assert len([name for name in found[0] if name.startswith("0000")]) == 8
