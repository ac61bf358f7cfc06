"""What the shell offers for a word: stages of the pipeline file, presets, tasks, pipelines. Mistakes offer nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path


def tasks(incomplete: str) -> list[str]:
    """Tasks, `xtreme` and `diagnostics`."""
    from xlalign.evaluation.tasks import TASKS

    return _beginning(incomplete, [*TASKS.names(), "xtreme", "diagnostics"])


def presets(incomplete: str) -> list[str]:
    """Presets."""
    from xlalign.objectives.presets import names

    return _beginning(incomplete, names())


def aligners(incomplete: str) -> list[str]:
    """Aligners."""
    from xlalign.alignment import ALIGNERS

    return _beginning(incomplete, ALIGNERS.names())


def pipelines(incomplete: str) -> list[str]:
    """Built-in pipelines, and pipeline files below the working directory."""
    from xlalign.stages.pipeline import builtin_files

    folder = Path(incomplete).parent if "/" in incomplete else Path()
    files = [path.as_posix() + ("/" if path.is_dir() else "") for path in folder.glob("*")]
    return _beginning(incomplete, [*builtin_files(), *(name for name in files if name.endswith((".toml", "/")))])


def stages(section: str) -> Callable[[str], list[str]]:
    """The stages of a table of the pipeline file in the working directory (or of the quickstart)."""

    def complete(incomplete: str) -> list[str]:
        from xlalign.config.load import read_toml
        from xlalign.errors import XlalignError
        from xlalign.stages.pipeline import locate

        try:
            table = read_toml(locate(None)).get(section, {})
        except XlalignError:
            return []
        return _beginning(incomplete, [name for name, own in table.items() if isinstance(own, dict)])

    return complete


def stages_and_presets(incomplete: str) -> list[str]:
    """Pretrain stages of the file, then presets."""
    return list(dict.fromkeys([*stages("pretrain")(incomplete), *presets(incomplete)]))


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
