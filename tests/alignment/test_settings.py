"""A flat [align-words] table becomes the settings of one aligner; what that aligner cannot use is refused."""

import json
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import ClassVar, Literal

import pytest

from xlalign.alignment import ALIGNERS, artifact
from xlalign.alignment.base import AlignerInputs, AlignerSettings
from xlalign.alignment.hmm.settings import HmmSettings
from xlalign.alignment.settings import AlignSettings
from xlalign.bitext import corpus as bitext_files
from xlalign.config import identity
from xlalign.config.load import validate
from xlalign.errors import UserError
from xlalign.types import Alignment, Pair


def read(**table):
    return validate(AlignSettings, table, "align-words", "x.toml")


def test_flat_fields_go_to_the_aligner():
    assert read().aligner == HmmSettings()
    assert read(p_null=0.1, heuristic="union").aligner == HmmSettings(p_null=0.1, heuristic="union")
    found = read(aligner="itermax", layer=3, rounds=4, device="cpu", max_words=9, encoder="x")
    assert (found.aligner.kind, found.aligner.layer, found.aligner.rounds, found.max_words) == ("itermax", 3, 4, 9)


@pytest.mark.parametrize(
    "table",
    [
        {"hmm": {"p_null": 0.1, "ibm1_iterations": 3}, "heuristic": "union"},
        {"aligner": "hmm", "p_null": 0.1, "ibm1_iterations": 3, "heuristic": "union"},
        {"aligner": "hmm", "hmm": {"p_null": 0.1}, "hmm_ibm1_iterations": 3, "heuristic": "union"},
        {"aligner": {"kind": "hmm", "p_null": 0.1, "ibm1_iterations": 3, "heuristic": "union"}},
        {"aligner": HmmSettings(p_null=0.1, ibm1_iterations=3, heuristic="union")},
    ],
)
def test_older_spellings_say_the_same(table):
    assert read(**table).aligner == HmmSettings(p_null=0.1, ibm1_iterations=3, heuristic="union")


def test_names_of_older_files():
    assert read(aligner="itermax", itermax_rounds=3, itermax_alpha=0.5).aligner.alpha == 0.5
    assert read(aligner="transport", transport_marginal=2).aligner.marginal == 2
    assert read(aligner="softmax", softmax_threshold=0.1).aligner.threshold == 0.1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"layer": 3}, r"aligner `hmm` has no `layer`; these have: argmax, forward, hybrid, itermax"),
        ({"aligner": "itermax", "p_null": 0.1}, r"aligner `itermax` has no `p_null`; these have: hmm"),
        ({"aligner": "itermax", "hmm": {"p_null": 0.1}}, r"aligner `itermax` has no `hmm`; these have: hmm"),
        ({"aligner": "argmax", "itermax_rounds": 3}, r"`argmax` has no `itermax_rounds`; these have: itermax"),
        ({"aligner": "gold", "heuristic": "union"}, r"these have: eflomal, fast_align, hmm"),
        ({"encoder": "base"}, r"`encoder` is given, but aligner `hmm` uses none; these do: argmax"),
        ({"aligner": "fast_align", "models": ("en-de=x",)}, r"`models` is given, but .*these do: hmm"),
        ({"aligner": "itermax", "priors": ("en-de=x",)}, r"`priors` is given"),
        ({"aligner": "itermx"}, r"itermx.*itermax"),
        ({"aligner": "itermax", "layr": 3}, r"unknown key `align-words.layr`; did you mean `layer`"),
        ({"lexicon_min_cout": 3}, r"unknown key `align-words.lexicon_min_cout`; did you mean `lexicon_min_count`"),
        ({"hmm": {"p_nul": 0.1}}, r"did you mean `p_null`"),
        ({"p_null": 2}, r"`align-words.p_null`: .*less than 1"),
        ({"qqqq": 2}, r"unknown key `align-words.qqqq`"),
        ({"aligner": 3}, r"has to be a name"),
    ],
)
def test_what_an_aligner_cannot_use_is_refused(table, message):
    with pytest.raises(UserError, match=message):
        read(**table)


def test_only_the_chosen_aligner_identifies_a_result():
    one, two = read(aligner="itermax", layer=3), read(aligner="itermax", layer=3, device="cpu", token_budget=99)
    assert identity(one) == identity(two)
    assert identity(one)["aligner"] == {
        "kind": "itermax", "layer": 3, "pooling": "subword", "precision": "float32", "rounds": 2, "alpha": 0.9,
    }  # fmt: skip


def test_settings_of_every_aligner_are_light_and_named_like_their_row():
    for name in ALIGNERS:
        assert ALIGNERS.get(name).model_validate({}).kind == name
    code = (
        "import sys; from xlalign.alignment import ALIGNERS; from xlalign.alignment.settings import AlignSettings;"
        "[ALIGNERS.get(name) for name in ALIGNERS]; print({'torch', 'transformers', 'scipy'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


class SameWordSettings(AlignerSettings):
    """A plug-in: words that were equal in the training text, whose first `letters` are equal."""

    takes: ClassVar[frozenset[str]] = frozenset({"models"})
    model_suffix: ClassVar[str] = ".words"

    kind: Literal["same_word"] = "same_word"
    letters: int = 3

    def make(self, inputs: AlignerInputs):
        return Untrained(self.letters)

    @classmethod
    def load(cls, path: Path, inputs: AlignerInputs):
        return SameWord(*json.loads(path.read_text()))


class Untrained:
    def __init__(self, letters):
        self.letters = letters

    def train(self, pairs):
        return SameWord(self.letters, sorted({w[: self.letters] for s, t in pairs for w in s if w in t}))


class SameWord:
    def __init__(self, letters, known):
        self.letters, self.known = letters, known

    def align(self, pairs):
        return [self._one(s, t) for s, t in pairs]

    def _one(self, source, target):
        cut = self.letters
        links = tuple(
            (i, j)
            for i, a in enumerate(source)
            for j, b in enumerate(target)
            if a[:cut] == b[:cut] and a[:cut] in self.known
        )
        return Alignment(links, (0.5,) * len(links))

    def save(self, path):
        path.write_text(json.dumps([self.letters, self.known]))


@pytest.fixture
def plugin(monkeypatch):
    point = EntryPoint(name="same_word", value=f"{__name__}:SameWordSettings", group="xlalign.aligners")
    monkeypatch.setattr(ALIGNERS, "_plugins", {"same_word": point})
    monkeypatch.setattr("xlalign.registry.EntryPoint.load", lambda _: SameWordSettings, raising=False)


def test_an_aligner_of_a_plugin_brings_its_own_settings_and_model_file(plugin, tmp_path):
    rows = [Pair(f"p{n}", "the Berlin bear", "der Berlin Bär", "en", "de", "test") for n in range(3)]
    bitext_files.write_pairs(tmp_path / "bitext/train", rows)
    settings = read(aligner="same_word", letters=2)
    artifact.align_bitext(tmp_path / "bitext", settings, tmp_path / "out")
    assert (tmp_path / "out/pharaoh/en-de.txt").read_text() == "1-1\n" * 3
    assert [path.name for path in (tmp_path / "out/models").iterdir()] == ["en-de.words"]
    assert json.loads((tmp_path / "out/report.json").read_text())["aligner"] == "same_word"
    pair = ["Berlin", "is"], ["Berlin", "ist"]
    assert artifact.align_text(pair, settings, artifact=tmp_path / "out").links == ((0, 0),)
    given = read(aligner="same_word", models=(f"en-de={tmp_path / 'out/models/en-de.words'}",))
    artifact.align_bitext(tmp_path / "bitext", given, tmp_path / "again")
    assert not (tmp_path / "again/models").exists()
    assert (tmp_path / "again/pharaoh/en-de.txt").read_text() == "1-1\n" * 3


def test_the_filter_of_links_reads_the_model_of_any_aligner(plugin, tmp_path):
    from xlalign.stages.models import StageModels

    rows = [Pair("p", "the Berlin bear", "der Berlin Bär", "en", "de", "test")]
    bitext_files.write_pairs(tmp_path / "bitext/train", rows)
    artifact.align_bitext(tmp_path / "bitext", read(aligner="same_word"), tmp_path / "out")
    models = StageModels(encoder="", alignments=tmp_path / "out")
    assert models.linked(["Berlin bear"], ["Berlin ist weit"], ("en", "de")).tolist() == [[0.25, 1 / 6]]
    with pytest.raises(Exception, match="trained for en-fr, only for: en-de"):
        models.linked(["a"], ["a"], ("en", "fr"))
