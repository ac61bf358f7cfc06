import random
from pathlib import Path
from random import Random

import pytest

WORDS = {
    "en": ["dog", "cat", "tree", "house", "sees", "likes", "big", "small", "red", "a", "the", "not"],
    "de": ["hund", "katze", "baum", "haus", "sieht", "mag", "gross", "klein", "rot", "eine", "der", "nicht"],
}


def sentence(random_: Random, lang: str) -> str:
    return " ".join(random_.choice(WORDS[lang]) for _ in range(random_.randint(3, 9)))


@pytest.fixture(scope="session")
def nano(tmp_path_factory):
    """A nano encoder with random weights and a vocabulary of its own."""
    import torch

    from xlalign.modeling import loading, scratch

    torch.set_num_threads(1)
    rng = random.Random(0)
    texts = {lang: [sentence(rng, lang) for _ in range(300)] for lang in WORDS}
    tokenizer = scratch.train_tokenizer(texts, "nano")
    folder = tmp_path_factory.mktemp("models") / "nano"
    loading.save(scratch.create("nano", tokenizer, seed=0), tokenizer, folder)
    return folder


def put(base: Path, name: str, text: str) -> Path:
    path = base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A folder with small data sets that can be learned: the label follows from one word."""
    base, rng = tmp_path_factory.mktemp("data"), random.Random(1)
    for lang in WORDS:
        for split, count in (("train", 200), ("dev", 40), ("test", 40)):
            put(base, f"xnli/{split}-{lang}.tsv", "".join(nli(rng, lang) for _ in range(count)))
            put(base, f"panx/{split}-{lang}.tsv", "\n".join(names(rng, lang) for _ in range(count)))
    for side, lang in (("deu", "de"), ("eng", "en")):
        put(base, f"tatoeba/deu-eng.{side}", "".join(sentence(rng, lang) + "\n" for _ in range(20)))
    return base


def nli(rng: Random, lang: str) -> str:
    label = rng.choice(["entailment", "neutral", "contradiction"])
    word = WORDS[lang][["entailment", "neutral", "contradiction"].index(label)]
    return f"{sentence(rng, lang)}\t{word} {word}\t{label}\n"


def names(rng: Random, lang: str) -> str:
    words = sentence(rng, lang).split()
    return "".join(f"{word}\t{'B-PER' if word in WORDS[lang][:2] else 'O'}\n" for word in words)
