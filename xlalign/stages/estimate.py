"""What a plan costs: seconds, memory and disk of each stage, from sizes, a short measurement and earlier runs.

The figures are meant to be right within a factor of two on one core. Where an artifact of the same kind in the cache
tells how long it took, that counts; else operations are divided by the rate of a matrix product on this machine, and
what is no multiplication by the share of a core that is free now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from xlalign.artifacts.artifact import Artifact
from xlalign.artifacts.store import Store
from xlalign.modeling.reference import Reference, parse
from xlalign.objectives.requests import Teacher
from xlalign.stages.base import Stages, model_stages, stage_named
from xlalign.stages.grid import fitted, models_of
from xlalign.stages.sizes import EncoderSize, TextSize, core_share, encoder_size, multiplications, text_size

MODULES = 450e6
"""Bytes of a process that has loaded torch."""
EFFICIENCY = 0.5
"""Share of a matrix product's rate that an encoder reaches."""
MICRO_LANGUAGES, MICRO_TOKENS = 4, 15
"""Languages of the micro-world beside English, and pieces of a sentence in diagnostics."""
KEPT = 0.8
"""Share of the pairs that is thought to pass the filters."""


@dataclass(frozen=True)
class Cost:
    """Of one stage: seconds, bytes of memory at the most, bytes on disk; None: not known before the text is here."""

    seconds: float | None
    memory: float | None
    disk: float | None
    earlier: bool = False

    @classmethod
    def unknown(cls) -> Cost:
        """Nothing can be said."""
        return cls(None, None, None)

    def share(self, part: float) -> Cost:
        """The cost when only a part has to be made."""
        seconds, disk = (None if value is None else value * part for value in (self.seconds, self.disk))
        return Cost(seconds, self.memory, disk, self.earlier)


class Estimator:
    """The costs of a pipeline's stages."""

    def __init__(self, stages: Stages, store: Store) -> None:
        self._stages = stages
        self._made = [artifact for artifact in store.artifacts() if artifact.manifest.seconds > 0]
        self._texts: dict[str, TextSize | None] = {}

    def cost(self, section: str, name: str) -> Cost:
        """The cost of a stage that runs as a whole."""
        known: Mapping[str, Callable[[str, Any], Cost]] = {
            "prepare": self._prepare,
            "align-words": self._align,
            "pretrain": self._pretrain,
            "vocabulary": self._fit_vocabulary,
            "eval": self._evaluate,
            "diagnostics": self._diagnose,
        }
        return known[section](name, self._stages[section][name]) if section in known else Cost.unknown()

    def _text(self, name: str) -> TextSize | None:
        if name not in self._texts:
            settings: Any = self._stages["prepare"][name]
            self._texts[name] = text_size(settings)
        return self._texts[name]

    def _kept(self, named: str) -> TextSize | None:
        """What a prepare stage leaves of its text."""
        text = self._text(stage_named(named, "prepare", "bitext", self._stages))
        return TextSize(int(text.pairs * KEPT), text.letters) if text else None

    def _prepare(self, name: str, settings: Any) -> Cost:
        text = self._text(name)
        if text is None:
            return Cost.unknown()
        letters = 2 * text.pairs * text.letters
        # Cleaning is counted by the letter: about 2 million a second and core, plus reading the identifier's model.
        seconds = self._earlier("prepare", lambda made: _count(made, "read"), text.pairs)
        return Cost(
            seconds or (2 + letters / 2e6) / core_share(),
            300e6 + 60 * text.pairs,
            1.5 * letters * KEPT,
            seconds is not None,
        )

    def _align(self, name: str, settings: Any) -> Cost:
        text = self._kept(settings.bitext)
        if text is None:
            return Cost.unknown()
        disk = text.pairs * text.words * 14
        encoder = self._encoder(settings.encoder, settings.bitext) if settings.encoder else None
        if settings.encoder and encoder is None:
            return Cost.unknown()
        seconds = self._earlier("align-words", self._aligned(settings), text.pairs)
        if encoder is None:
            # Every iteration visits each pair of words: 18 microseconds of all of them at 60 GFLOP/s.
            made = text.pairs * text.words**2 * 18e-6 * 60e9 / multiplications()
            return Cost(seconds or 2 / core_share() + made, 300e6 + 600 * text.pairs, disk, seconds is not None)
        layer = getattr(settings.aligner, "layer", None)
        depth = layer if isinstance(layer, int) and layer > 0 else None
        made = encoder.flops(2 * text.pairs * text.tokens(encoder), depth) / self._rate()
        return Cost(
            seconds or 5 / core_share() + made, MODULES + 4 * encoder.parameters * 1.3, disk, seconds is not None
        )

    def _aligned(self, settings: Any) -> Callable[[Artifact], float]:
        """Pairs that an earlier artifact of the same aligner has linked."""
        kept = {made.manifest.content: _count(made, "kept") for made in self._made if made.manifest.stage == "prepare"}

        def pairs(made: Artifact) -> float:
            found = made.manifest.hashed["settings"].get("aligner")
            same = (found["kind"] if isinstance(found, dict) else found) == settings.aligner.kind
            return kept.get(made.manifest.hashed["inputs"].get("bitext", ""), 0) if same else 0

        return pairs

    def _pretrain(self, name: str, settings: Any) -> Cost:
        text, encoder = self._kept(settings.bitext), self._encoder(settings.start, settings.bitext)
        if text is None or encoder is None:
            return Cost.unknown()
        recipe = settings.recipe
        tokens = settings.batch_size * min(text.tokens(encoder), recipe.data.max_length)
        step = self._step(encoder, recipe.cost() * tokens)
        work = 4 / core_share() + settings.steps * step + self._taught(settings, text)

        def units(made: Artifact) -> float:
            own = made.manifest.hashed["settings"]
            same = all(own.get(key) == getattr(settings, key) for key in ("preset", "batch_size"))
            return float(own["steps"]) if same and made.manifest.name == name else 0

        seconds = self._earlier("pretrain", units, settings.steps)
        # The encoder itself, and a copy of its weights for every momentum and for "init".
        states = 1 + len({own.model for own in recipe.passes()} - {"query", "label"})
        memory = MODULES + encoder.parameters * (16 + 4 * (states - 1)) + tokens * 34 * encoder.hidden * encoder.layers
        return Cost(seconds or work, memory, encoder.parameters * 4 + 20e6, seconds is not None)

    def _taught(self, settings: Any, text: TextSize) -> float:
        """Seconds in which teachers encode the source text of every pair, once."""
        asked = {request for request in settings.recipe.requests() if isinstance(request, Teacher)}
        names = [settings.start if request.source == "init" else request.source for request in asked]
        teachers = [teacher for name in names if (teacher := self._encoder(name, settings.bitext))]
        return sum(teacher.flops(text.pairs * text.tokens(teacher)) for teacher in teachers) / self._rate()

    def _evaluate(self, name: str, settings: Any) -> Cost:
        settings = fitted(name, settings, self._stages)
        models = settings.models
        costs = [self._tested(settings, model) for model in models]
        known = [cost for cost in costs if cost is not None]
        if not known or len(known) < len(costs):
            return Cost.unknown()
        memory = max(cost.memory or 0 for cost in known)
        return Cost(sum(cost.seconds or 0 for cost in known), memory, sum(cost.disk or 0 for cost in known))

    def _tested(self, settings: Any, model: str) -> Cost | None:
        """One model on all tasks: the trials of the grid, a fine-tuning for each seed, and the tests."""
        encoder = self._encoder(model, "prepare")
        if encoder is None:
            return None
        seconds, kept = 0.0, 0
        for task in map(settings.task, settings.all_tasks()):
            small = settings.data.startswith("micro")
            tokens, languages = 25 if small else 50, len(settings.languages or (range(5) if small else task.languages))
            tests = (settings.test_examples or 1000) * languages * encoder.flops(tokens) / self._rate()
            if not task.tuned:
                seconds += 3 * tests
                continue
            options = settings.options(task)
            full = options.steps or options.epochs * (settings.train_examples or 24_000) / options.batch_size
            # One short run for each regime, and none where there is nothing to choose.
            trials = len(options.regimes) * (options.regime_steps or full) if len(options.regimes) > 1 else 0
            step = self._step(encoder, options.batch_size * tokens)
            seeds = len(settings.seeds)
            seconds += step * (trials + seeds * full) + seeds * tests + 3 / core_share()
            kept += seeds
        return Cost(seconds, MODULES + encoder.parameters * 20, kept * encoder.parameters * 4 + 1e6)

    def _fit_vocabulary(self, name: str, settings: Any) -> Cost:
        encoder = self._encoder(settings.start, "prepare")
        texts = [self._kept(bitext) for bitext in settings.bitext]
        if encoder is None or None in texts:
            return Cost.unknown()
        letters = sum(2 * text.pairs * text.letters for text in texts if text)
        size = encoder.parameters * 4
        # Text is cut before and after, a million letters a second; weights are read, checked, written and hashed.
        return Cost((6 + 2 * letters / 1e6 + size / 1e8) / core_share(), MODULES + 2.5 * size, size)

    def _diagnose(self, name: str, settings: Any) -> Cost:
        encoders = [self._encoder(model, "prepare") for model in models_of(name, settings.models, self._stages)]
        if not encoders or None in encoders:
            return Cost.unknown()
        languages = len(settings.languages) or (
            MICRO_LANGUAGES if settings.data.startswith("micro") else len(settings.gold)
        )
        rows = 2 * settings.pairs * languages
        if not rows:
            return Cost.unknown()
        known = [encoder for encoder in encoders if encoder]
        seconds = sum(self._measured(encoder, rows) for encoder in known)
        largest = max(known, key=lambda encoder: encoder.parameters)
        points = 3 * (largest.layers + 1)
        memory = MODULES + largest.parameters * 4 * 1.3 + 4 * points * rows * largest.hidden
        return Cost(seconds, memory, len(known) * 1e5)

    def _measured(self, encoder: EncoderSize, rows: int) -> float:
        """Sentences and their words are encoded; then every point has a decomposition of (rows, D)."""
        encoded = 2 * encoder.flops(rows * MICRO_TOKENS)
        points = 3 * (encoder.layers + 1)
        return 6 / core_share() + (encoded + points * 12 * rows * encoder.hidden**2) / self._rate()

    def _encoder(self, named: str, bitext: str) -> EncoderSize | None:
        model: Reference = parse(named, model_stages(self._stages))
        prepared: Any = next(iter(self._stages.get("prepare", {}).values()), None)
        pairs = prepared.language_pairs() if prepared else []
        return encoder_size(model, self._stages, len({lang for pair in pairs for lang in pair}) or 1)

    def _step(self, encoder: EncoderSize, tokens: float) -> float:
        """A training step: three passes forward and back; the optimizer reads and writes 28 bytes of each weight."""
        return 3 * encoder.flops(tokens) / self._rate() + (encoder.parameters * 28 / 8e9 + 0.01) / core_share()

    def _rate(self) -> float:
        return multiplications() * EFFICIENCY

    def _earlier(self, stage: str, units: Callable[[Artifact], float], wanted: float) -> float | None:
        """Seconds from the rate of earlier artifacts of a stage, given how much each of them did."""
        made = [(a.manifest.seconds, units(a)) for a in self._made if a.manifest.stage == stage]
        # A run of two pairs tells how long it takes to start, not how long a pair takes.
        rates = [seconds / done for seconds, done in made if done > 0 and wanted / 5 < done < wanted * 20]
        return median(rates) * wanted if rates else None


def _count(made: Artifact, what: str) -> float:
    value = made.manifest.info.get(what, 0)
    return float(sum(value.values()) if isinstance(value, dict) else value)
