"""fast_align (Dyer et al. 2013), the binary that the user has installed."""

from __future__ import annotations

from pathlib import Path

from xlalign.alignment.external.binary import BinaryAligner


class FastAlign(BinaryAligner):
    """Both directions with the recommended options -d -o -v, combined by our own symmetrisation."""

    program = "fast_align"
    install = "build it from github.com/clab/fast_align"

    def commands(self, text: Path, forward: Path, reverse: Path) -> list[tuple[list[str], Path | None]]:
        """One run per direction; links come on the standard output."""
        command = [self.path, "-i", str(text), "-d", "-o", "-v"]
        return [(command, forward), ([*command, "-r"], reverse)]
