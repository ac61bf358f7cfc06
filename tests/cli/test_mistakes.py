"""Deliberate mistakes: one message with all of them, an exit code, the file and the table, and what to type next.

A case is a change of a good file (or a command line), the exit code, and what has to be said of each mistake: the
place, and the words that the next thing to type is in.
"""

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from xlalign.artifacts.store import Store
from xlalign.cli.main import app

GOOD = """
title = "good"
[prepare]
languages = ["en", "de"]
sources = ["file:a.{lang}", "micro:5"]
filters = { ratio = { max = 3 } }
transforms = ["nfc"]
dev_size = 5
[align-words.links]
aligner = "hmm"
[align-words.itermax]
aligner = "itermax"
encoder = "base"
layer = 2
[pretrain.base]
preset = "mlm"
from = "scratch:nano"
steps = 10
batch_size = 8
[pretrain.ctl]
preset = "ml-ctl"
from = "base"
steps = 10
[eval]
tasks = ["xnli", "tatoeba"]
models = ["base", "ctl"]
data = "micro:world=7"
languages = ["de"]
[profiles.small]
"pretrain.base.steps" = 3
"""


class Case(NamedTuple):
    """Replacements in the good file, further arguments, and what is said of each mistake."""

    changes: dict[str, str]
    said: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...] = ()
    code: int = 2


def one(old: str, new: str, place: str, hint: str, code: int = 2) -> Case:
    return Case({old: new}, ((place, hint),), code=code)


def line(place: str, hint: str, *arguments: str, code: int = 2) -> Case:
    return Case({}, ((place, hint),), arguments, code)


SINGLE = [
    one("[prepare]", "[prepair]", "`prepair`", "did you mean `prepare`"),
    one("[eval]", "[evall]", "`evall`", "did you mean `eval`"),
    one("dev_size", "devsize", "prepare.devsize", "did you mean `dev_size`"),
    one("transforms =", "transfroms =", "prepare.transfroms", "did you mean `transforms`"),
    one("dev_size = 5", 'dev_size = "five"', "prepare.dev_size", "valid integer"),
    one("dev_size = 5", "dev_size = -1", "prepare.dev_size", "greater than or equal to 0"),
    one('["en", "de"]\nsources', '["en", "xq"]\nsources', "prepare.languages", "xq"),
    one('["en", "de"]\nsources', '["en"]\nsources', "prepare", "two different languages"),
    one("file:a.{lang}", "fil:a.{lang}", "prepare.sources", "did you mean `file`"),
    one("file:a.{lang}", "a.{lang}", "prepare.sources", "did you mean `file:a.{lang}`"),
    one("file:a.{lang}", "file:a.en|b.de", "prepare.sources", "did you mean `a.de`", code=3),
    one("file:a.{lang}", "file:b.{lang}", "prepare.sources", "check the path", code=3),
    one("micro:5", "micro:five", "prepare.sources", "valid integer"),
    one("micro:5", "micro:wrld=5", "prepare.sources", "did you mean `world`"),
    one('"nfc"', '"nfcc"', "prepare.transforms", "did you mean `nfc`"),
    one("ratio =", "ratoi =", "prepare.filters", "did you mean `ratio`"),
    one("{ max = 3 }", "{ maxx = 3 }", "prepare.filters.ratio.maxx", "did you mean `max`"),
    one("{ max = 3 }", '{ max = "x" }', "prepare.filters.ratio.max", "valid number"),
    one("dev_size = 5", 'profile = "strickt"', "prepare.profile", "did you mean `strict`"),
    one("dev_size = 5", "filters_for = { fr = {} }", "prepare.filters_for", "known: de, en"),
    one("dev_size = 5", 'dedup = "exactly"', "prepare.dedup", "'exact'"),
    one("dev_size = 5", 'encoder = "bse"', "prepare.encoder", "did you mean `base`"),
    one('"hmm"', '"hm"', "align-words.links", "did you mean `hmm`"),
    one("layer = 2", "layer = 9", "align-words.itermax.layer", "set layer ="),
    one("layer = 2", "layers = 2", "align-words.itermax.layers", "did you mean `layer`"),
    one('encoder = "base"', 'encoder = "basee"', "align-words.itermax.encoder", "did you mean `base`"),
    one('encoder = "base"', "", "align-words.itermax.encoder", "aligner `itermax` needs one"),
    one('encoder = "base"', 'encoder = "./bse"', "align-words.itermax.encoder", "transformers directory", code=3),
    one('"mlm"', '"mlmm"', "pretrain.base", "did you mean `mlm`"),
    one("batch_size", "batch_sise", "pretrain.base.batch_sise", "did you mean `batch_size`"),
    one("steps = 10\nbatch", "steps = 0\nbatch", "pretrain.base.steps", "greater than or equal to 1"),
    one('from = "base"', 'from = "basee"', "pretrain.ctl.from", "did you mean `base`"),
    one('from = "base"', 'from = "ctl"', "stages wait for each other: ctl -> ctl", "scratch:nano"),
    one("scratch:nano", "scratch:nanno", "pretrain.base.from", "did you mean `scratch:nano`"),
    one("scratch:nano", "models/x/y", "pretrain.base.from", "./FOLDER"),
    one("scratch:nano", "models/mbert2", "pretrain.base.from", "did you mean `models/mbert`", code=3),
    one("scratch:nano", "models/headless", "pretrain.base.from", "ForMaskedLM"),
    one("scratch:nano", "models/empty", "pretrain.base.from", "save_pretrained", code=3),
    one("batch_size = 8", "temprature = 1", "pretrain.base", "temprature"),
    one("batch_size = 8", 'device = "cudda"', "pretrain.base.device", "did you mean `cuda`"),
    one("[pretrain.ctl]", "[pretrain.prepare]", "pretrain.prepare", "write [pretrain.prepare-1]"),
    one("[pretrain.ctl]", '[pretrain."my model"]', "pretrain.my model", "[pretrain.my-model]"),
    one("[pretrain.ctl]", "[pretrain.links]", "two stages have the name `links`", "rename [pretrain.links]"),
    one("[pretrain.base]", "[pretrain]", "[pretrain] needs a name", "[pretrain.NAME]"),
    one('"xnli"', '"xnlj"', "eval.tasks", "did you mean `xnli`"),
    one('"micro:world=7"', '"mirco:7"', "eval.data", "micro:7"),
    one('"micro:world=7"', '"folder:missing"', "eval.data", "XTREME", code=3),
    one('"micro:world=7"', '"micro:x"', "eval.data", "micro:7"),
    one('languages = ["de"]', 'languages = ["dee"]', "eval.languages", "did you mean `de`"),
    one('"base", "ctl"', '"base", "ctll"', "eval.models", "did you mean `ctl`"),
    one('languages = ["de"]', "fine_tuning = { xnlj = {} }", "eval.fine_tuning", "did you mean `xnli`"),
    one('languages = ["de"]', 'controls = ["mlm"]', "eval.controls", "known: base, ctl"),
    one('languages = ["de"]', 'labels = { bas = "mBERT" }', "eval.labels", "did you mean `base`"),
    one('languages = ["de"]', 'device = "tpu"', "eval.device", "did you mean `cpu`"),
    one("[profiles.small]", "[execution]\nworkers = -1\n[profiles.small]", "execution.workers", "or equal to 0"),
    line("`--set pretrain.ct.steps`", "did you mean `pretrain.ctl`", "--set", "pretrain.ct.steps=3"),
    line("`--set evall.seeds`", "did you mean `eval`", "--set", "evall.seeds=[1]"),
    line("`--set diagnostics.pairs`", "add [diagnostics]", "--set", "diagnostics.pairs=9"),
    line("`--set seeds`", "NAME=VALUE", "--set", "seeds"),
    line("`large`", "small", "--profile", "large"),
    line("pretrain.base.steps", "valid integer", "--set", "pretrain.base.steps=many"),
]


def several(*cases: Case) -> Case:
    """All the mistakes of the cases in one file."""
    changes = {old: new for case in cases for old, new in case.changes.items()}
    arguments = tuple(argument for case in cases for argument in case.arguments)
    assert len(changes) == sum(len(case.changes) for case in cases), "two cases change the same text"
    return Case(changes, tuple(said for case in cases for said in case.said), arguments)


def case(place: str, hint: str = "") -> Case:
    return next(case for case in SINGLE if case.said[0][0] == place and hint in case.said[0][1])


KEY, FILTER, TRANSFORM = case("prepare.devsize"), case("prepare.filters"), case("prepare.transforms")
SOURCE, WORLD, LOST = (
    case("prepare.sources", "`file`"),
    case("prepare.sources", "`world`"),
    case("prepare.sources", "a.de"),
)
ALIGNER, LAYER, ENCODER = (
    case("align-words.links"),
    case("align-words.itermax.layer"),
    case("align-words.itermax.encoder"),
)
PRESET, BATCH, STEPS = case("pretrain.base"), case("pretrain.base.batch_sise"), case("pretrain.base.steps")
FROM, SIZE, CUDA = case("pretrain.ctl.from"), case("pretrain.base.from", "scratch:nano"), case("pretrain.base.device")
TASK, DATA, FOLDER = case("eval.tasks"), case("eval.data", "micro:7"), case("eval.data", "XTREME")
LANGUAGE, MODEL, TUNING = case("eval.languages"), case("eval.models"), case("eval.fine_tuning")
SET, WORKERS = case("`--set pretrain.ct.steps`"), case("execution.workers")

MANY = [
    several(KEY, FILTER),
    several(KEY, TRANSFORM, SOURCE),
    several(FILTER, SOURCE, WORLD),
    several(KEY, ALIGNER),
    several(SOURCE, LAYER),
    several(ALIGNER, LAYER),
    several(ALIGNER, ENCODER, BATCH),
    several(BATCH, STEPS),
    several(PRESET, BATCH, STEPS),
    several(PRESET, SIZE),
    several(FROM, SIZE),
    several(CUDA, FROM, MODEL),
    several(TASK, DATA),
    several(TASK, LANGUAGE),
    several(MODEL, TUNING),
    several(SET, WORKERS),
    several(SET, TASK, KEY),
    several(LOST, FOLDER)._replace(code=3),
    several(LOST, TASK),
    several(FILTER, ALIGNER, BATCH, FROM, TASK, WORKERS, SET),
    several(KEY, FILTER, TRANSFORM, SOURCE, WORLD, ALIGNER, ENCODER),
    several(PRESET, BATCH, STEPS, FROM, SIZE, TASK, DATA, LANGUAGE, MODEL),
]


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder with text and models; the pipeline file lies in it, the user is elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for lang in ("en", "de"):
        (tmp_path / f"a.{lang}").write_text("one line\n" * 20)
    for name, architecture in (("mbert", "BertForMaskedLM"), ("headless", "BertModel")):
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        config = {"model_type": "bert", "architectures": [architecture], "num_hidden_layers": 2}
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
        (folder / "tokenizer.json").touch()
    (tmp_path / "models" / "empty").mkdir()
    return tmp_path


def check(here: Path, mistakes: Case) -> tuple[int, str]:
    text = GOOD
    for old, new in mistakes.changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    (here / "my.toml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(
        app, ["check", "../my.toml", "--quiet", *mistakes.arguments], env={"COLUMNS": "300", "NO_COLOR": "1"}
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_good_file_is_good(here):
    assert check(here, Case({}, ())) == (0, "no mistakes in ../my.toml\n")


def test_there_are_enough_of_them():
    assert len(SINGLE) + len(MANY) >= 60
    assert sum(len(case.said) > 1 for case in MANY) >= 20


@pytest.mark.parametrize(
    "mistakes", [*SINGLE, *MANY], ids=lambda case: " + ".join(place for place, _ in case.said)[:60]
)
def test_mistake(here, mistakes):
    code, output = check(here, mistakes)
    assert code == mistakes.code, output
    assert output.count("error:") == 1
    for place, hint in mistakes.said:
        assert any(place in row and hint in row for row in output.splitlines()), (place, hint, output)
    if not mistakes.arguments or "pretrain" in str(mistakes.arguments):
        count = len(mistakes.said)
        assert f"my.toml: {count} mistake" in output, output
        assert "xlalign check ../my.toml" in output
    assert "Traceback" not in output
    assert not list(Store().root.glob("artifacts/*/*")), "nothing has run"
