"""Write the tables that the quickstart prints into README.md and the tutorial, with the day and the machine.

    python docs/readme.py [--cache DIR]

Runs nothing: `xlalign run quickstart` has to be in the cache.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path

from xlalign.artifacts.store import Store
from xlalign.reporting.renderers.terminal import as_text
from xlalign.reporting.table import Table
from xlalign.stages.pipeline import builtin_files, load
from xlalign.stages.report import error_rates, summaries
from xlalign.stages.runner import Outcome, cached

PAGES = [Path(__file__).parents[1] / "README.md", Path(__file__).parent / "tutorial.md"]
BLOCK = re.compile(r"```text\nZero-shot transfer.*?```(\n\n\([^)]*times vary by machine[^)]*\))?", re.DOTALL)
"""The block with the tables, and the sentence behind it."""


def quickstart(cache: Path | None) -> tuple[list[Table], str]:
    """The tables of the quickstart, and the day of its newest artifact.

    Raises:
        SystemExit: something is not in the cache.
    """
    pipeline = load(builtin_files()["quickstart"])
    graph = pipeline.graph()
    outcomes = {name: Outcome(artifact, "hit") for name, artifact in cached(graph, Store(cache)).items()}
    if missing := [name for name in graph if name not in outcomes]:
        raise SystemExit(f"not in the cache: {', '.join(missing[:5])}; `xlalign run quickstart` makes them")
    tables = [*summaries(pipeline, outcomes), error_rates(pipeline, outcomes)]
    day = max(outcome.artifact.manifest.created for outcome in outcomes.values())[:10]
    return [table for table in tables if table], day


def replaced(page: str, tables: Sequence[Table], day: str, cores: int) -> str:
    """The page with these tables and a dated sentence in place of those that it has.

    Raises:
        ValueError: it has none.
    """
    # Signatures stand below the tables in the terminal; on a first page they would be three lines of noise.
    text = "\n".join(as_text(table.model_copy(update={"signature": ()})) for table in tables)
    said = f"({cores} cores, {day}; times vary by machine, and last digits by processor.)"
    if not BLOCK.search(page):
        raise ValueError("the page has no block with the tables of the quickstart")
    return BLOCK.sub(lambda _: f"```text\n{text}```\n\n{said}", page, count=1)


def main() -> None:
    """Write the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="cache folder; default $XLALIGN_CACHE, else ~/.cache/xlalign")
    tables, day = quickstart(parser.parse_args().cache)
    for page in PAGES:
        text = replaced(page.read_text(encoding="utf-8"), tables, day, os.cpu_count() or 1)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
