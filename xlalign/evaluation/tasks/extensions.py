"""Tasks beyond the benchmark, one row each; the last two hold training data for natural language inference."""

from __future__ import annotations

from xlalign.evaluation.tasks.base import Task
from xlalign.evaluation.tasks.languages import codes
from xlalign.evaluation.tasks.xtreme import NER_LABELS, NLI_LABELS

SIB200 = Task(
    name="sib200",
    title="SIB-200",
    kind="classification",
    languages=codes(
        "af ar bg bn de el en es et eu fa fi fr he hi ht hu id it ja jv ka kk ko ml mr ms my nl pt qu ru sw ta te th"
        " tl tr ur vi yo zh"
    ),
    labels=(
        "entertainment",
        "geography",
        "health",
        "politics",
        "science/technology",
        "sports",
        "travel",
    ),
    columns={"first": "text", "label": "category"},
    files={"*": (("sib200/{flores}.{split}.tsv",),)},
    test_items=204,
    license="CC BY-SA 4.0",
    citation="Adelani et al. 2024, SIB-200: A Simple, Inclusive, and Big Evaluation Dataset, EACL",
)

XCOPA = Task(
    name="xcopa",
    title="XCOPA",
    kind="choice",
    languages=codes("et ht id it qu sw ta th tr vi zh"),
    labels=("0", "1"),
    columns={
        "first": "premise",
        "choice1": "choice1",
        "choice2": "choice2",
        "question": "question",
        "label": "label",
    },
    files={
        "train": (("xcopa/train.{lang}.jsonl",),),
        "dev": (("xcopa/val.{lang}.jsonl",),),
        "test": (("xcopa/test.{lang}.jsonl",),),
    },
    test_items=500,
    license="CC BY 4.0",
    citation="Ponti et al. 2020, XCOPA: A Multilingual Dataset for Causal Commonsense Reasoning, EMNLP",
)

AMERICASNLI = Task(
    name="americasnli",
    title="AmericasNLI",
    kind="classification",
    languages=codes("aym bzd cni gn hch nah oto quy shp tar"),
    labels=NLI_LABELS,
    spellings={"contradictory": "contradiction"},
    columns={"first": "premise", "second": "hypothesis", "label": "label"},
    files={split: ((f"americasnli/{split}/{{lang}}.tsv",),) for split in ("dev", "test")},
    train="xnli",
    license="CC BY-SA 4.0",
    citation="Ebrahimi et al. 2022, AmericasNLI, ACL",
)

# Dates are found only if the training data mark them.
MASAKHANER = Task(
    name="masakhaner",
    title="MasakhaNER",
    kind="tagging",
    languages=codes("amh hau ibo kin lug luo pcm swa wol yor"),
    labels=(*NER_LABELS, "B-DATE", "I-DATE"),
    reader="iob",
    files={"*": (("masakhaner/{lang}/{split}.txt",),)},
    train="panx",
    license="CC BY-NC 4.0",
    citation="Adelani et al. 2021, MasakhaNER: Named Entity Recognition for African Languages, TACL",
)

SICK = Task(
    name="sick",
    title="SICK",
    kind="classification",
    languages=("en",),
    labels=NLI_LABELS,
    spellings={label.upper(): label for label in NLI_LABELS},
    columns={"first": "sentence_A", "second": "sentence_B", "label": "entailment_judgment"},
    files={
        "train": (("nli/SICK_train.txt",),),
        "dev": (("nli/SICK_trial.txt",),),
        "test": (("nli/SICK_test_annotated.txt",),),
    },
    license="believed CC BY-NC-SA 3.0; not stated by the origin",
    citation="Marelli et al. 2014, A SICK cure for the evaluation of compositional distributional models, LREC",
)

OCNLI = Task(
    name="ocnli",
    title="OCNLI",
    kind="classification",
    languages=("zh",),
    labels=NLI_LABELS,
    spellings={"-": ""},  # pairs without a majority label are left out
    columns={"first": "sentence1", "second": "sentence2", "label": "label"},
    files={"train": (("nli/ocnli.train.10k.json",),), "test": (("nli/ocnli.dev.json",),)},
    train="xnli",
    license="CC BY-NC 2.0",
    citation="Hu et al. 2020, OCNLI: Original Chinese Natural Language Inference, Findings of EMNLP",
)
