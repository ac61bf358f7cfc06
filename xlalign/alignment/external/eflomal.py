"""eflomal (Östling and Tiedemann 2016), the program that the user has installed."""

from __future__ import annotations

from pathlib import Path

from xlalign.alignment.external.binary import BinaryAligner


class Eflomal(BinaryAligner):
    """One run writes both directions. eflomal draws random samples, so runs differ slightly."""

    program = "eflomal-align"
    install = "pip install eflomal (needs a C compiler)"

    def commands(self, text: Path, forward: Path, reverse: Path) -> list[tuple[list[str], Path | None]]:
        """One run; links go to the two files."""
        return [([self.path, "-i", str(text), "-f", str(forward), "-r", str(reverse)], None)]
