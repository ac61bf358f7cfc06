"""Whatever a pipeline file says, it is a pipeline or one clear message."""

import random
import time
from pathlib import Path

import pytest
from pipeline_fuzz import mutated

from xlalign.errors import XlalignError
from xlalign.stages.pipeline import builtin_files, load

LONGEST_SECONDS = 5.0


def refusal(path: Path, profile: str | None) -> XlalignError | None:
    """Why a file is no pipeline; an exception of another kind is not caught."""
    try:
        pipeline = load(path, profile=profile)
        pipeline.graph()
        pipeline.faults()
    except XlalignError as error:
        return error
    return None


def fuzz(folder: Path, seed: int, count: int) -> None:
    dice = random.Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in builtin_files().values()]
    for number in range(count):
        path = folder / "xlalign.toml"
        path.write_text(mutated(dice.choice(texts), dice), encoding="utf-8")
        started = time.monotonic()
        try:
            refused = refusal(path, dice.choice((None, None, None, "full")))
        except Exception as error:
            raise AssertionError(f"file {number} of seed {seed}:\n{path.read_text()[:3000]}") from error
        assert time.monotonic() - started < LONGEST_SECONDS
        assert refused is None or (refused.exit_code in (2, 3) and 0 < len(refused.message) < 50_000)


def test_mistakes_of_all_kinds_are_messages(tmp_path):
    fuzz(tmp_path, seed=1, count=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_twenty_thousand_files(tmp_path, seed):
    fuzz(tmp_path, seed=100 + seed, count=2000)


FOUND = {
    "execution = 3": "`execution` has to be a table (found 3)",
    "mirrors = 3": "mirrors",
    "a = " + "[" * 5000 + "]" * 5000: "nested too deeply",
    "title = " + "1" * 5000: "holds an integer of more than 64 bits",
    "title = 0x" + "f" * 5000: "holds an integer of more than 64 bits",
    "[profiles]\nfull = 3": "`profiles.full` has to be a table (found 3)",
    "profiles = 3": "`profiles` has to be a table (found 3)",
    "[eval]\ntasks = ['xnli']\nmodels = ['m']\n[eval.fine_tuning.all]\nlearning_rate = 1e-4": "learning_rate",
    "[pretrain.x]\nobjectives = 3": "objectives",
    '[prepare."../../x"]': "is no name for a stage",
    "[pretrain.'.hidden']": "is no name for a stage",
    "[pretrain.'']": "is no name for a stage",
    "[pretrain.'a b']": "is no name for a stage",
    "[pretrain.'a/b']": "is no name for a stage",
    "[pretrain.eval]": "`eval` is no name for a stage, but that of a table",
    "[pretrain.profiles]": "`profiles` is no name for a stage, but that of a table",
}


@pytest.mark.parametrize("text", FOUND, ids=lambda text: text[:20])
def test_what_a_fuzzer_found(tmp_path, text):
    path = tmp_path / "xlalign.toml"
    path.write_text(text)
    with pytest.raises(XlalignError) as caught:
        load(path, profile="full" if "full" in text or "profiles =" in text else None).graph()
    assert FOUND[text] in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["ppa", "ml-ctl", "a.b", "x_1", "прим", "1"])
def test_good_names(tmp_path, name):
    path = tmp_path / "xlalign.toml"
    path.write_text(f'[prepare]\n[pretrain."{name}"]\npreset = "mlm"\n', encoding="utf-8")
    assert name in load(path).graph()


def test_a_value_of_an_option_may_be_anything(tmp_path):
    path = tmp_path / "xlalign.toml"
    path.write_text("[prepare]\n")
    for value in ("[" * 5000, "1" * 5000, '"'):
        with pytest.raises(XlalignError):
            load(path, [f"prepare.dev_size={value}"])
