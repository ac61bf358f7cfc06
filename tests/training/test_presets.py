"""Every preset runs, learns, resumes to the bit, and says honestly what it needs."""

import copy
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from xlalign import progress
from xlalign.bitext import corpus
from xlalign.errors import DataError, UserError
from xlalign.modeling.encoder import Encoder
from xlalign.modeling.loading import load
from xlalign.objectives import OBJECTIVES, presets
from xlalign.objectives.base import LossOutput
from xlalign.objectives.batch import TrainingBatch
from xlalign.objectives.recipe import DataOptions, TrainingRecipe
from xlalign.objectives.requests import Momentum, Span
from xlalign.objectives.sequence_contrast.options import SequenceContrastOptions
from xlalign.training import pretrain as domain
from xlalign.training.loop import train, weights
from xlalign.training.planner import RecipeBatches
from xlalign.training.prefill import FIRST, prefill
from xlalign.training.pretrain import Sources
from xlalign.training.program import RecipeProgram
from xlalign.training.settings import PretrainSettings
from xlalign.training.teachers import sentence_vectors
from xlalign.training.tokens import tokenise
from xlalign.training.views import SpecialTokens

SHALLOW = {
    "infoxlm": {"contrast.layers": [2], "contrast.queue": 32},
    "xlm-align": {"dwa.label_layer": 2},
    "translico": {"contrast.layers": [2]},
    "translit-ppa": {"contrast.layers": [2]},
    "awesome-align": {"words.layer": 2, "words.label_layer": 2},
    "ppa": {"contrast.queue": 32},
    "prealign": {"align.sample": 16, "data.switch_rate": 0.5},
    "prealign-causal": {"align.sample": 16, "data.switch_rate": 0.5},
}
"""What a nano encoder and eight pairs a step need changed."""


def settings_for(name: str, steps: int = 6, **more: object) -> PretrainSettings:
    table = {"preset": name, "from": "scratch:nano", "steps": steps, "batch_size": 8, "learning_rate": 3e-3}
    operational = {"device": "cpu", "log_every": 1, "checkpoint_every": 2}
    return PretrainSettings.model_validate({**table, **operational, "options": SHALLOW.get(name, {}), **more})


class Built:
    """A program and its batches, made as `pretrain` makes them."""

    def __init__(self, name: str, query: Encoder, settings: PretrainSettings, batches: RecipeBatches) -> None:
        self.settings, self.batches = settings, batches
        self.program = RecipeProgram(batches.recipe, query, settings.seed, widths=batches.widths)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vocabulary")


@pytest.fixture(scope="session")
def build(artifacts: tuple[Path, Path], cache: Path) -> Callable[[str], Built]:
    """Programs on fresh copies of one encoder; what they read is read once."""
    bitext, alignments = artifacts
    model, tokenizer = domain.load_start(settings_for("mlm"), bitext, None, cache)

    @functools.cache
    def batches_of(name: str) -> tuple[PretrainSettings, RecipeBatches]:
        settings = settings_for(name)
        query = Encoder(copy.deepcopy(model))
        recipe = domain.fit_to_encoder(settings.recipe, query, SpecialTokens.of(tokenizer))
        sources = Sources(bitext, alignments, cache / name)
        return settings, domain.load_batches(settings, recipe, query, tokenizer, sources)

    return lambda name: Built(name, Encoder(copy.deepcopy(model)), *batches_of(name))


class Twice:
    """Two batches over and over, so that a few steps are enough to learn them."""

    def __init__(self, batches: RecipeBatches) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return 2

    def batch(self, step: int) -> TrainingBatch:
        return self.batches.batch(step % 2)


@pytest.mark.parametrize("name", presets.names())
def test_one_step_is_finite_and_reaches_the_encoder(name, build):
    built = build(name)
    built.program.modules().train()
    while built.program.unfilled():
        built.program.prefill(built.batches.batch(2**20))
    output = built.program.loss(built.batches.batch(0))
    output.loss.backward()
    assert torch.isfinite(output.loss)
    touched = [p for p in built.program.encoders["query"].parameters() if p.grad is not None and p.grad.abs().sum() > 0]
    assert touched
    for model, encoder in built.program.encoders.items():
        if model != "query":
            assert all(p.grad is None for p in encoder.parameters())
    assert all(torch.isfinite(torch.as_tensor(value)) for value in output.metrics.values())


def test_a_stopped_filling_goes_on_and_tells_how_far_it_is(build, tmp_path, monkeypatch):
    monkeypatch.setattr("xlalign.training.prefill.EVERY", 2)
    whole, cut = (build("ppa") for _ in range(2))
    events: list[progress.Event] = []
    with progress.listening(events.append):
        prefill(whole.program, whole.batches, tmp_path / "whole")
    assert (events[0].kind, events[0].total, sum(event.done for event in events)) == ("start", 32, 32)

    asked: list[int] = []

    class Stopping:
        """Batches that end in the fourth pass."""

        def __len__(self) -> int:
            return len(cut.batches)

        def batch(self, step: int) -> TrainingBatch:
            asked.append(step - FIRST)
            if len(asked) == 4:
                raise KilledError
            return cut.batches.batch(step)

    with pytest.raises(KilledError):
        prefill(cut.program, Stopping(), tmp_path / "cut")
    again = build("ppa")
    asked.append(-1)  # it has died
    prefill(again.program, Stopping(), tmp_path / "cut")
    assert asked == [0, 1, 2, 3, -1, 2, 3], "the third pass was after the checkpoint"
    expected, found = weights(whole.program.modules()), weights(again.program.modules())
    assert all(torch.equal(expected[key], found[key]) for key in expected)


ALIKE = (
    "info-snt",
    "infoxlm",
    "xlm-align",
    "ernie-m",
    "afp",
    "translico",
    "wu-dredze-weak",
    "weam",
    "dict-mlm",
    "laser3",
)
"""Presets that resume by the same code as another: their turn is with the slow tests."""


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * (n in ALIKE)) for n in presets.names()])
def test_loss_falls_and_a_stopped_run_resumes_to_the_bit(name, build, tmp_path):
    """A run that dies in its fourth step and goes on from the checkpoint of its second ends with the same weights."""
    whole, first, second = (build(name) for _ in range(3))
    batches, settings = Twice(whole.batches), whole.settings
    prefill(whole.program, batches, tmp_path / "whole")
    history = train(whole.program, batches, settings, tmp_path / "whole").history
    prefill(first.program, batches, tmp_path / "cut")
    with pytest.raises(KilledError):
        train(StopAfter(first.program, 3), batches, settings, tmp_path / "cut")
    train(second.program, batches, settings, tmp_path / "cut")
    expected, found = weights(whole.program.modules()), weights(second.program.modules())
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[key], found[key]) for key in expected)
    losses = [record["loss"] for record in history]
    assert sum(losses[-2:]) < sum(losses[:2])


class KilledError(Exception):
    pass


class StopAfter:
    """A program that dies, without a word, after some steps."""

    def __init__(self, program: RecipeProgram, steps: int) -> None:
        self.program, self.left = program, steps
        self.modules, self.loss, self.before_step = program.modules, program.loss, program.before_step

    def after_step(self, step: int, output: LossOutput) -> None:
        self.program.after_step(step, output)
        self.left -= 1
        if self.left < 0:
            raise KilledError


@pytest.mark.parametrize("name", presets.names())
def test_needs_are_honest(name, artifacts, cache, tmp_path):
    """Built from nothing but what it says it needs, a preset still gives a batch."""
    settings = settings_for(name)
    recipe = settings.recipe
    bitext, alignments = artifacts
    _, tokenizer = domain.load_start(settings, bitext, None, cache)
    needs = presets.needs(name)
    given = alignments if needs & {"links", "dictionary"} else None
    sources = Sources(bitext, given, tmp_path)
    domain.make_tokens(recipe, tokenizer, sources)
    data = domain.load_data(recipe, tokenizer, sources, 0)
    assert (data.pairs is not None) == bool(needs & {"pairs", "links"})
    assert (data.mono is not None) == ("mono" in needs)
    assert (data.dictionaries is not None) == ("dictionary" in needs)
    if given is not None:
        with pytest.raises(DataError, match="align"):
            domain.pretrain(settings, bitext, None, None, Path("nowhere"), Path("nowhere"))


def test_momentum_encoder_moves_once_a_step_and_only_by_its_rule(build):
    built = build("ppa")
    program = built.program
    slow = {n: p.clone() for n, p in program.encoders[Momentum(0.999)].named_parameters()}
    torch._foreach_add_([p.detach() for p in program.encoders["query"].parameters()], 1.0)
    program.loss(built.batches.batch(0)).loss.backward()
    output = program.loss(built.batches.batch(1))
    output.loss.backward()
    assert all(torch.equal(slow[n], p) for n, p in program.encoders[Momentum(0.999)].named_parameters())
    program.after_step(1, output)
    moved = program.encoders[Momentum(0.999)].named_parameters()
    assert all(torch.allclose(p, slow[n] + 0.001, atol=1e-6) for n, p in moved)
    assert not any(p.requires_grad for p in program.encoders[Momentum(0.999)].parameters())


@pytest.mark.parametrize("name", ["ppa", "ml-ctl", "xlm-align"])
def test_gradient_caching_gives_the_plain_gradient_with_dropout(build, name):
    gradients = []
    for cached in (False, True):
        plain = build(name)
        query = plain.program.encoders["query"]
        for module in query.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.2
        program = RecipeProgram(plain.batches.recipe, query, 0, budget=40, gradient_cache=cached)
        program.modules().train()
        torch.manual_seed(1)
        program.loss(plain.batches.batch(0)).loss.backward()
        gradients.append({n: p.grad for n, p in program.modules().named_parameters() if p.grad is not None})
    assert gradients[0].keys() == gradients[1].keys()
    assert all(torch.allclose(gradients[0][n], gradients[1][n], atol=1e-6) for n in gradients[0])


def test_shuffling_gives_both_encoders_both_languages(build):
    built = build("ppa")
    drawn = [built.batches.pairs.draw(step) for step in range(20)]
    share = sum(d.flip.mean() for d in drawn) / len(drawn)
    assert 0.35 < share < 0.65
    again = build("ppa").batches.pairs.draw(3)
    assert again.flip.tolist() == drawn[3].flip.tolist()


def test_spans_are_the_tokens_of_linked_words(build):
    built = build("ml-ctl")
    drawn = built.batches.pairs.draw(0)
    batch = built.batches.batch(0)
    links = built.batches.data.pairs.links
    for row, pair in enumerate(drawn.pairs):
        own = links.words[links.borders[pair] : links.borders[pair + 1]].tolist()
        chosen = []
        for name in ("source", "target"):
            span, view = batch.answer(Span(name)), batch.views[name]
            words = {int(view.words[p]) for p in span.positions[span.rows == row]}
            assert len(words) == 1
            chosen.append(words.pop())
        assert chosen in own


def contrast_of(recipe: TrainingRecipe) -> SequenceContrastOptions:
    options = recipe.objectives["contrast"]
    assert isinstance(options, SequenceContrastOptions)
    return options


def test_overrides_by_dotted_nested_and_bare_names():
    for options in ({"contrast.temperature": 0.3}, {"contrast": {"temperature": 0.3}}, {"temperature": 0.3}):
        assert contrast_of(presets.load("ppa", options)).temperature == 0.3
    settings = PretrainSettings.model_validate({"preset": "ppa", "queue": 64, "data": {"mask_rate": 0.2}})
    assert contrast_of(settings.recipe).queue == 64
    assert settings.recipe.data.mask_rate == 0.2
    assert settings.batch_size == 128  # the preset's, not the loop's default
    assert PretrainSettings.model_validate(settings.model_dump()) == settings


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temprature": 1}, "temperature"),
        ({"contrast.temprature": 1}, "temperature"),
        ({"weight": 1}, "contrast.weight"),
        ({"temperature": -1}, "greater than 0"),
        ({"contrst.temperature": 1}, "contrast"),
    ],
)
def test_wrong_hyperparameters_are_named(options, message):
    with pytest.raises(UserError) as caught:
        presets.load("ppa", options)
    assert message in f"{caught.value.message} {caught.value.hint}"


def test_compat_follows_the_released_code_and_can_be_overridden_in_turn():
    contrast = contrast_of(presets.load("ml-ctl", {"compat": "official", "contrast.combine": "mean"}))
    assert (contrast.masked, contrast.directions, contrast.combine) == (True, "forward", "mean")
    with pytest.raises(UserError, match="compat"):
        presets.load("ppa", {"compat": "official"})


def test_unknown_preset_suggests_the_nearest():
    with pytest.raises(UserError, match="unknown preset") as caught:
        presets.load("mlctl")
    assert "ml-ctl" in str(caught.value.hint)


def test_every_preset_states_paper_equation_and_deviations():
    rows = {row["name"]: row for row in presets.catalogue()}
    assert len(rows) == 25
    for name in rows:
        recipe = presets.load(name)
        assert recipe.paper
        assert recipe.equation.startswith("L = ")
        assert recipe.deviations
        assert {o.kind for o in recipe.objectives.values()} <= set(OBJECTIVES)


def test_a_layer_the_encoder_lacks_is_refused_with_the_nearest(artifacts, tmp_path):
    settings = PretrainSettings.model_validate({"preset": "infoxlm", "from": "scratch:nano", "device": "cpu"})
    with pytest.raises(UserError, match="layer 8") as caught:
        domain.pretrain(settings, artifacts[0], None, None, tmp_path / "work", tmp_path / "out")
    assert "contrast.layers = [2]" in str(caught.value.hint)


def test_pretrain_writes_a_model_folder_that_loads_everywhere(artifacts, tmp_path):
    settings = settings_for("ml-ctl", steps=3)
    summary = domain.pretrain(settings, artifacts[0], artifacts[1], None, tmp_path / "work", tmp_path / "out")
    assert summary["steps"] == 3
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "metrics.jsonl", "README.md"} <= names
    assert 0 <= summary["last"]["dev/retrieval"] <= 1
    further = settings_for("ppa", steps=2).model_copy(update={"start": "stage"})
    domain.pretrain(further, artifacts[0], None, tmp_path / "out", tmp_path / "work2", tmp_path / "out2")
    card = (tmp_path / "out2/README.md").read_text(encoding="utf-8")
    assert "2010.12547" in card
    assert "| contrast.queue | 32 |" in card


@pytest.mark.parametrize("name", ["ml-ctl", "translit-ppa", "mlm"])
def test_a_run_that_is_taken_up_again_reads_its_tokens(name, artifacts, tmp_path, cache, monkeypatch):
    settings = settings_for(name)
    model, tokenizer = domain.load_start(settings, artifacts[0], None, cache)
    query, sources = Encoder(model), Sources(artifacts[0], artifacts[1], tmp_path)
    recipe = domain.fit_to_encoder(settings.recipe, query, SpecialTokens.of(tokenizer))
    first = domain.load_batches(settings, recipe, query, tokenizer, sources).batch(3)
    monkeypatch.setattr("xlalign.training.pretrain.write_tokens", None)  # nothing can be tokenised any more
    again = domain.load_batches(settings, recipe, query, tokenizer, sources).batch(3)
    assert first.views.keys() == again.views.keys()
    assert all(torch.equal(view.ids, again.views[key].ids) for key, view in first.views.items())


@pytest.mark.slow
def test_sentence_transformers_loads_the_model_with_our_mean_pooling(artifacts, tmp_path):
    sentence_transformers = pytest.importorskip("sentence_transformers")
    domain.pretrain(
        settings_for("ml-ctl", steps=1), artifacts[0], artifacts[1], None, tmp_path / "work", tmp_path / "out"
    )
    model, tokenizer = load(tmp_path / "out")
    texts = [text for pair in corpus.read_pairs(artifacts[0] / "dev") for text in (pair.source, pair.target)]
    frame, options = SpecialTokens.of(tokenizer), DataOptions()
    expected = sentence_vectors(Encoder(model.eval()), tokenise(texts, tokenizer), frame, options)
    found = sentence_transformers.SentenceTransformer(str(tmp_path / "out"), device="cpu").encode(texts)
    assert np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("name", ["ppa", "ml-ctl", "wu-dredze-strong", "align-mlm"])
def test_bf16_is_near_fp32_and_weights_stay_fp32(name, build, tmp_path):
    losses = []
    for precision in ("fp32", "bf16"):
        built = build(name)
        settings = built.settings.model_copy(update={"precision": precision, "steps": 2})
        losses.append([r["loss"] for r in train(built.program, built.batches, settings, tmp_path / precision).history])
        assert {p.dtype for p in built.program.modules().parameters()} == {torch.float32}
    assert losses[1] == pytest.approx(losses[0], rel=0.02)
    assert losses[1] != losses[0]
