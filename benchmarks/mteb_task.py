"""A model that xlalign exported, scored by mteb on translated sentences of this machine, beside xlalign's own score.

    python -m venv mteb-env && mteb-env/bin/pip install mteb
    mteb-env/bin/python benchmarks/mteb_task.py MODEL DATA [--results results.json --name STAGE] [--languages deu fra]

It runs in an environment of its own: nothing of xlalign is imported. DATA has files of XTREME's layout for Tatoeba
(`deu-eng.deu`, `deu-eng.eng`); nothing is downloaded. `--results` is that of an eval stage over the same lines, and
NAME a model of it. Accuracy is that of finding the foreign line for each English one, as in xlalign's table.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import mteb
from datasets import Dataset, DatasetDict
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.abstasks.text.bitext_mining import AbsTaskBitextMining
from sentence_transformers import SentenceTransformer

CODES = {"deu": "de", "fra": "fr", "rus": "ru", "spa": "es", "cmn": "zh", "jpn": "ja", "ara": "ar", "hin": "hi"}
SCRIPTS = {"rus": "Cyrl", "cmn": "Hans", "jpn": "Jpan", "ara": "Arab", "hin": "Deva"}


def task_of(data: Path, languages: list[str]) -> Any:
    """mteb's task of bitext mining over files."""

    class LocalTatoeba(AbsTaskBitextMining):
        metadata = TaskMetadata(
            name="LocalTatoeba",
            dataset={"path": "local/tatoeba", "revision": "local"},
            description="translated sentences of this machine",
            type="BitextMining",
            category="t2t",
            modalities=["text"],
            eval_splits=["test"],
            eval_langs={f"eng-{lang}": ["eng-Latn", f"{lang}-{SCRIPTS.get(lang, 'Latn')}"] for lang in languages},
            main_score="accuracy",
        )

        def load_data(self, *_: Any, **__: Any) -> None:
            """The lines of the files."""
            self.dataset = {f"eng-{lang}": DatasetDict(test=self._pairs(lang)) for lang in languages}
            self.data_loaded = True

        def _pairs(self, lang: str) -> Dataset:
            foreign, english = ((data / f"{lang}-eng.{side}").read_text("utf-8").splitlines() for side in (lang, "eng"))
            return Dataset.from_dict({"sentence1": english, "sentence2": foreign})

    return LocalTatoeba()


def main() -> int:
    """Print both scores for each language; 1 where they differ by more than a sentence in a thousand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data", type=Path)
    parser.add_argument("--languages", nargs="+", default=["deu", "fra"])
    parser.add_argument("--results", type=Path)
    parser.add_argument("--name", default="")
    given = parser.parse_args()
    model = SentenceTransformer(given.model, device="cpu")
    found = mteb.evaluate(model, task_of(given.data, given.languages), cache=None, show_progress_bar=False)
    theirs = {row["hf_subset"]: 100 * row["accuracy"] for row in found.task_results[0].scores["test"]}
    ours: dict[str, Any] = {}
    if given.results:
        ours = json.loads(given.results.read_text("utf-8"))["tasks"]["tatoeba"]["models"][given.name]["languages"]
    worst = 0.0
    print("language  mteb   xlalign")
    for lang in given.languages:
        own = ours[CODES[lang]]["mean"] if ours else float("nan")
        worst = max(worst, abs(own - theirs[f"eng-{lang}"])) if ours else worst
        print(f"{lang:8} {theirs[f'eng-{lang}']:6.2f} {own:8.2f}")
    return int(worst > 0.1)


if __name__ == "__main__":
    sys.exit(main())
