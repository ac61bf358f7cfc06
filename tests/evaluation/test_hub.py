"""The hub reader against a local imitation: a cache folder with snapshots, and a "network" that fills it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from narrowing import present

from xlalign.errors import DataError
from xlalign.evaluation.data import hub
from xlalign.evaluation.data.source import TaskSource
from xlalign.evaluation.kinds.classification import LabelledSentences
from xlalign.evaluation.kinds.qa import AnswerSpan
from xlalign.evaluation.kinds.tagging import TaggedWords
from xlalign.evaluation.tasks import TASKS
from xlalign.evaluation.tasks.xtreme import DATASET as XTREME
from xlalign.evaluation.tasks.xtreme import REVISION


@pytest.fixture
def imitation(tmp_path, monkeypatch):
    """`remote` holds the repository by commit; downloads copy from it into `cache`; `asked` lists them."""
    from huggingface_hub import constants, errors

    class Hub:
        remote, cache, asked, online = tmp_path / "remote", tmp_path / "cache", [], True

        def put(self, config, split, columns, features=None, revision=REVISION, shard="00000-of-00001"):
            from datasets import Dataset

            path = self.remote / revision / config / f"{split}-{shard}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            Dataset.from_dict(columns, features).to_parquet(path)

        def snapshot(self, revision: str) -> Path:
            return self.cache / f"datasets--{XTREME.replace('/', '--')}" / "snapshots" / revision

        def download(self, dataset, repo_type, revision, allow_patterns, local_files_only):
            if local_files_only:
                return original(
                    dataset, repo_type=repo_type, revision=revision, cache_dir=self.cache, local_files_only=True
                )
            self.asked.append(allow_patterns)
            if not self.online:
                raise errors.LocalEntryNotFoundError("no network")
            source = self.remote / revision
            if not source.exists():
                raise OSError(f"no revision {revision}")
            for file in source.glob(allow_patterns):
                target = self.snapshot(revision) / file.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
            return str(self.snapshot(revision))

    import huggingface_hub

    original, imitated = huggingface_hub.snapshot_download, Hub()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", imitated.download)
    return imitated


def load(task: str, lang: str, split: str = "test") -> Any:
    return TaskSource("hub:").load(TASKS.get(task), lang, split)


def nli(imitation, **more):
    columns = {
        "language": ["de", "en", "de"],
        "sentence1": ["a", "b", "c"],
        "sentence2": ["d", "e", "f"],
        "gold_label": ["neutral", "entailment", "contradiction"],
    }
    imitation.put("XNLI", "test", {**columns, **more})


def test_rows_of_one_language_come_from_a_common_configuration(imitation):
    nli(imitation)
    assert load("xnli", "de") == [
        LabelledSentences("0", "a", "d", label="neutral"),
        LabelledSentences("1", "c", "f", label="contradiction"),
    ]


def test_a_pinned_commit_is_asked_for_once_and_then_read_offline(imitation):
    nli(imitation)
    first = load("xnli", "de")
    imitation.online = False
    assert load("xnli", "de") == first
    assert imitation.asked == ["XNLI/test-*.parquet"]


def test_another_commit_in_the_cache_is_not_used(imitation):
    nli(imitation)
    imitation.put("XNLI", "dev", {"a": [1]}, revision="0" * 40)
    hub.parquet_files(XTREME, "0" * 40, "XNLI", "dev")
    with pytest.raises(DataError, match="has no Parquet files XNLI/dev-"):
        hub.parquet_files(XTREME, REVISION, "XNLI", "dev")


def test_a_shard_that_is_missing_is_fetched(imitation):
    columns = {"sentence1": ["a"], "sentence2": ["b"], "label": ["1"]}
    imitation.put("PAWS-X.de", "test", columns, shard="00000-of-00002")
    with pytest.raises(DataError, match="no Parquet files"):
        load("pawsx", "de")
    imitation.put("PAWS-X.de", "test", columns, shard="00001-of-00002")
    assert len(load("pawsx", "de")) == 2


def test_without_cache_and_network(imitation):
    imitation.online = False
    with pytest.raises(DataError, match="is not in the cache, and the hub is out of reach") as caught:
        load("xnli", "de")
    assert "connect once" in present(caught.value.hint)


def test_an_unknown_revision(imitation):
    with pytest.raises(DataError, match="OSError: no revision"):
        load("xnli", "de")


def test_integer_labels_become_names(imitation):
    from datasets import ClassLabel, Features, List, Value

    features = Features({"tokens": List(Value("string")), "pos_tags": List(ClassLabel(names=["ADJ", "NOUN"]))})
    imitation.put("udpos.German", "test", {"tokens": [["rotes", "Haus"]], "pos_tags": [[0, 1]]}, features)
    assert load("udpos", "de") == [TaggedWords("0", ("rotes", "Haus"), ("ADJ", "NOUN"))]
    imitation.put("PAN-X.de", "test", {"tokens": [["Anna"]], "ner_tags": [[1]]})
    assert load("panx", "de")[0].tags == ("B-PER",)


def test_questions_of_one_language_by_their_id(imitation):
    imitation.put(
        "tydiqa",
        "validation",
        {
            "id": ["russian-1", "finnish-2"],
            "context": ["в 1920 году", "vuonna 1920"],
            "question": ["когда", "milloin"],
            "answers": [{"text": ["1920"], "answer_start": [2]}, {"text": ["1920"], "answer_start": [7]}],
        },
    )
    (question,) = load("tydiqa", "ru")
    assert question.answers == (AnswerSpan("1920", 2),)


def test_missing_columns_and_unknown_labels_are_named(imitation):
    imitation.put("PAWS-X.fr", "test", {"sentence1": ["a"], "label": ["1"]})
    with pytest.raises(DataError, match="has no column sentence2; found: sentence1, label"):
        load("pawsx", "fr")
    nli(imitation, gold_label=["maybe", "neutral", "neutral"])
    with pytest.raises(DataError, match="row 0: label `maybe`; wanted one of entailment"):
        load("xnli", "de")


def test_mining_is_not_on_the_hub():
    with pytest.raises(DataError, match="bucc has no test data on the hub"):
        load("bucc", "de")
