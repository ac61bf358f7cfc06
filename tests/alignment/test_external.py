"""The wrappers, with programs that only pretend."""

import pickle
import sys
from itertools import product

import pytest

from xlalign.alignment.base import AlignerInputs
from xlalign.alignment.encoder.settings import ItermaxSettings
from xlalign.alignment.programs import EflomalSettings, FastAlignSettings, SimAlignSettings
from xlalign.alignment.thot import ThotSettings
from xlalign.errors import DataError, MissingExtraError, UserError

PAIRS = [(["a", "b"], ["x", "y"]), ([], ["x"]), (["a"], ["y", "x"])]

FAST_ALIGN = """
assert sys.argv[1] == "-i" and {"-d", "-o", "-v"} <= set(sys.argv)
for line in open(sys.argv[2], encoding="utf-8"):
    source, target = (side.split() for side in line.split("|||"))
    last = len(target) - 1 if "-r" in sys.argv else 0
    print(" ".join(f"{i}-{min(i, len(target) - 1)}" for i in range(len(source))) + f" 0-{last}")
"""
EFLOMAL = """
rows = open(sys.argv[sys.argv.index("-i") + 1], encoding="utf-8").read().splitlines()
for flag in ("-f", "-r"):
    open(sys.argv[sys.argv.index(flag) + 1], "w").write("0-0\\n" * len(rows))
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    def install(name, body):
        path = tmp_path / name
        path.write_text(f"#!{sys.executable}\nimport sys\n{body}")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return install


def test_fast_align_runs_both_directions(program):
    program("fast_align", FAST_ALIGN)
    found = FastAlignSettings(heuristic="union").make(AlignerInputs()).align(PAIRS)
    assert [alignment.links for alignment in found] == [((0, 0), (0, 1), (1, 1)), (), ((0, 0), (0, 1))]
    assert found[0].scores == (1.0, 1.0, 1.0)


def test_eflomal_writes_two_files(program):
    program("eflomal-align", EFLOMAL)
    trained = EflomalSettings().make(AlignerInputs()).train(PAIRS)
    assert [alignment.links for alignment in trained.align(PAIRS[::-1])] == [((0, 0),), (), ((0, 0),)]
    with pytest.raises(DataError, match="not seen in training"):
        trained.align([(["new"], ["words"])])


@pytest.mark.parametrize(
    ("body", "message"), [("sys.exit('out of cheese')", "out of cheese"), ("print('0-0')", "1 and 1 lines for 2 pairs")]
)
def test_a_program_that_fails(program, body, message):
    program("fast_align", body)
    with pytest.raises(DataError, match=message):
        FastAlignSettings().make(AlignerInputs()).align(PAIRS)


@pytest.mark.parametrize("settings", [FastAlignSettings(), EflomalSettings()])
def test_a_missing_program(monkeypatch, settings):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingExtraError, match="not on the PATH"):
        settings.make(AlignerInputs())


@pytest.mark.parametrize("model", ["eflomal", "fast_align", "hmm"])
def test_thot_learns_both_directions(model):
    pytest.importorskip("thot", reason="extra `thot`")
    text = [(f"{a} {b}".split(), f"{a.upper()} {b.upper()}".split()) for a, b in product("abcdef", repeat=2) if a != b]
    made = ThotSettings(model=model).make(AlignerInputs())
    found = made.train(iter([*text, ([], ["x"])]))
    links = [alignment.links for alignment in found.align([*text, ([], ["x"])])]
    assert links[-1] == ()
    assert sum(((0, 0) in of_pair) + ((1, 1) in of_pair) for of_pair in links) > 0.9 * 2 * len(text)
    assert pickle.loads(pickle.dumps(found)).align(text) == found.align(text)
    assert made.train(iter(text)).align(text) == made.train(iter(text)).align(text)
    with pytest.raises(DataError, match="no sentence pair"):
        made.train([([], ["x"])])


def test_thot_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "thot.alignment", None)
    with pytest.raises(MissingExtraError, match="needs SIL Thot"):
        ThotSettings().make(AlignerInputs())


def test_the_simalign_package_as_an_aligner(encoder):
    given = AlignerInputs(encoder=encoder)
    theirs = SimAlignSettings(layer=2).make(given).align(PAIRS)
    ours = ItermaxSettings(layer=2, device="cpu").make(given).align(PAIRS)
    assert [alignment.links for alignment in theirs] == [alignment.links for alignment in ours]
    with pytest.raises(UserError, match="needs an encoder"):
        SimAlignSettings().make(AlignerInputs())


def test_listing_aligners_imports_nothing_heavy():
    import subprocess

    code = "import sys; from xlalign.alignment import ALIGNERS; assert 'hmm' in ALIGNERS.names(); print('torch' in sys.modules or 'numpy' in sys.modules)"  # noqa: E501
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
