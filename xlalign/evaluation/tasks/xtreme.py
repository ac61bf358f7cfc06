"""The nine tasks of XTREME (Hu et al. 2020), one row each, in the order of the benchmark's table."""

from __future__ import annotations

from xlalign.evaluation.metrics.answers import MLQA as BY_LANGUAGE
from xlalign.evaluation.tasks.base import HubData, Task
from xlalign.evaluation.tasks.languages import codes

DATASET = "google/xtreme"
REVISION = "ec5f1f46e9af79639a90684a7a70a956c4998f04"

NLI_LABELS = ("entailment", "neutral", "contradiction")
NER_LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
# `_` stands in treebanks for a word without analysis; the benchmark keeps it as a tag.
POS_LABELS = codes("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X _")

_SPLITS = {"train": "train", "dev": "validation", "test": "test"}
_QUESTIONS = {"id": "id", "context": "context", "question": "question", "answers": "answers"}
_WIKIANN = codes(
    "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th tl"
    " tr ur vi yo zh"
)

XNLI = Task(
    name="xnli",
    title="XNLI",
    kind="classification",
    group="classification",
    languages=codes("ar bg de el en es fr hi ru sw th tr ur vi zh"),
    labels=NLI_LABELS,
    spellings={"contradictory": "contradiction"},
    reader="pairs",
    files={"*": (("xnli/{split}-{lang}.tsv",),)},
    test_items=5010,
    license="CC BY-NC 4.0",
    citation="Conneau et al. 2018, XNLI: Evaluating Cross-lingual Sentence Representations, EMNLP",
    hub=HubData(
        dataset=DATASET,
        revision=REVISION,
        config="XNLI",
        columns={"first": "sentence1", "second": "sentence2", "label": "gold_label"},
        splits={"dev": "validation", "test": "test"},
        where={"language": "{lang}"},
    ),
)

PAWSX = Task(
    name="pawsx",
    title="PAWS-X",
    kind="classification",
    group="classification",
    languages=codes("de en es fr ja ko zh"),
    labels=("0", "1"),
    reader="pairs",
    files={"*": (("pawsx/{split}-{lang}.tsv",),)},
    test_items=2000,
    license="free for any purpose (Google LLC)",
    citation="Yang et al. 2019, PAWS-X: A Cross-lingual Adversarial Dataset, EMNLP",
    hub=HubData(
        dataset=DATASET,
        revision=REVISION,
        config="PAWS-X.{lang}",
        columns={"first": "sentence1", "second": "sentence2", "label": "label"},
        splits=_SPLITS,
    ),
)

# The benchmark's "F1" of parts of speech is chunk F1 of unprefixed tags (see `metrics.tags`).
UDPOS = Task(
    name="udpos",
    title="POS",
    kind="tagging",
    group="tagging",
    languages=codes(
        "af ar bg de el en es et eu fa fi fr he hi hu id it ja kk ko mr nl pt ru ta te th tl tr ur vi yo zh"
    ),
    labels=POS_LABELS,
    reader="pos",
    files={
        "*": (
            ("udpos/{split}-{lang}.tsv",),
            ("udpos/{lang}_*-ud-{split}.conllu",),
            ("ud/{lang}_*-ud-{split}.conllu",),
        )
    },
    license="per treebank, mostly CC BY-SA 4.0",
    citation="Nivre et al. 2018, Universal Dependencies 2.2; XTREME uses release 2.5",
    hub=HubData(
        dataset=DATASET,
        revision=REVISION,
        config="udpos.{name}",
        columns={"words": "tokens", "tags": "pos_tags"},
        splits=_SPLITS,
    ),
)

PANX = Task(
    name="panx",
    title="PAN-X",
    kind="tagging",
    group="tagging",
    languages=_WIKIANN,
    labels=NER_LABELS,
    reader="iob",
    files={"*": (("panx/{split}-{lang}.tsv",),)},
    license="not stated by the origin; text from Wikipedia",
    citation="Pan et al. 2017, Cross-lingual Name Tagging and Linking for 282 Languages, ACL; splits of Rahimi 2019",
    hub=HubData(
        dataset=DATASET,
        revision=REVISION,
        config="PAN-X.{lang}",
        columns={"words": "tokens", "tags": "ner_tags"},
        splits=_SPLITS,
        labels=NER_LABELS,
    ),
)

XQUAD = Task(
    name="xquad",
    title="XQuAD",
    kind="qa",
    group="qa",
    languages=codes("ar de el en es hi ru th tr vi zh"),
    files={
        "train": (("squad/train-v1.1.json",),),
        "dev": (("squad/dev-v1.1.json",),),
        "test": (("xquad/xquad.{lang}.json",),),
    },
    test_items=1190,
    license="CC BY-SA 4.0",
    citation="Artetxe et al. 2020, On the Cross-lingual Transferability of Monolingual Representations, ACL",
    hub=HubData(
        dataset=DATASET,
        revision=REVISION,
        config="XQuAD.{lang}",
        columns=_QUESTIONS,
        splits={"train": "train", "dev": "validation", "test": "validation"},
        configs={"train": "SQuAD", "dev": "SQuAD"},
    ),
)

# Question and context in the same language; the model fine-tuned on SQuAD for XQuAD is tested.
MLQA = Task(
    name="mlqa",
    title="MLQA",
    kind="qa",
    group="qa",
    scorer=BY_LANGUAGE,
    languages=codes("ar de en es hi vi zh"),
    only=True,
    files={
        "dev": (
            ("mlqa/MLQA_V1/dev/dev-context-{lang}-question-{lang}.json",),
            ("mlqa/dev-context-{lang}-question-{lang}.json",),
        ),
        "test": (
            ("mlqa/MLQA_V1/test/test-context-{lang}-question-{lang}.json",),
            ("mlqa/test-context-{lang}-question-{lang}.json",),
        ),
    },
    train="xquad",
    license="CC BY-SA 3.0",
    citation="Lewis et al. 2020, MLQA: Evaluating Cross-lingual Extractive Question Answering, ACL",
    hub=HubData(
        dataset=DATASET,
        revision=REVISION,
        config="MLQA.{lang}.{lang}",
        columns=_QUESTIONS,
        splits={"dev": "validation", "test": "test"},
    ),
)

# TyDi QA's dev set is the test, so dev is held out from train.
TYDIQA = Task(
    name="tydiqa",
    title="TyDi QA",
    kind="qa",
    group="qa",
    languages=codes("ar bn en fi id ko ru sw te"),
    files={
        "train": (
            ("tydiqa/tydiqa-goldp-v1.1-train/tydiqa.goldp.{lang}.train.json",),
            ("tydiqa/tydiqa.goldp.{lang}.train.json",),
        ),
        "test": (
            ("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa-goldp-dev-{name}.json",),
            ("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.goldp.{lang}.dev.json",),
            ("tydiqa/tydiqa.goldp.{lang}.dev.json",),
        ),
    },
    license="Apache-2.0",
    citation="Clark et al. 2020, TyDi QA, TACL",
    hub=HubData(
        dataset=DATASET,
        revision=REVISION,
        config="tydiqa",
        columns=_QUESTIONS,
        splits={"train": "train", "test": "validation"},
        where={"id": "{name}-"},
    ),
)

# The threshold is tuned on dev; the published files call dev "sample" and test "training".
BUCC = Task(
    name="bucc",
    title="BUCC",
    kind="mining",
    group="retrieval",
    languages=codes("de fr ru zh"),
    files={
        split: tuple(
            (f"bucc2018/{name}.{{lang}}", f"bucc2018/{name}.en", f"bucc2018/{name}.gold")
            for name in (f"{{lang}}-en.{split}", f"{{lang}}-en.{other}")
        )
        for split, other in (("dev", "sample"), ("test", "training"))
    },
    license="research use; not stated by the origin",
    citation="Zweigenbaum et al. 2018, Overview of the Third BUCC Shared Task",
    submission="bucc2018",
)

# Files in LASER's form hold the gold order; XTREME's copy has sorted English lines and no labels.
TATOEBA = Task(
    name="tatoeba",
    title="Tatoeba",
    kind="retrieval",
    group="retrieval",
    languages=codes(
        "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw ta te th tl tr ur vi zh"
    ),
    files={
        "dev": (  # no part of the benchmark: held-out pairs that choose layer and pooling
            ("tatoeba/{lang3}-eng.dev.{lang3}", "tatoeba/{lang3}-eng.dev.eng"),
            ("ntrex/newstest2019.{lang3}.txt", "ntrex/newstest2019.eng.txt"),
        ),
        "test": (
            ("tatoeba/v1/tatoeba.{lang3}-eng.{lang3}", "tatoeba/v1/tatoeba.{lang3}-eng.eng"),
            ("tatoeba/tatoeba.{lang3}-eng.{lang3}", "tatoeba/tatoeba.{lang3}-eng.eng"),
            ("tatoeba/{lang3}-eng.{lang3}", "tatoeba/{lang3}-eng.eng"),
        ),
    },
    license="CC BY 2.0 FR",
    citation="Artetxe and Schwenk 2019, Massively Multilingual Sentence Embeddings, TACL",
    hub=HubData(
        dataset=DATASET,
        revision=REVISION,
        config="tatoeba.{lang3}",
        columns={"source": "source_sentence", "target": "target_sentence"},
        splits={"test": "validation"},
    ),
)
