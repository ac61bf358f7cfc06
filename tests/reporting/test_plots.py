import re
from xml.etree import ElementTree as ET

import pytest
import report_sample

from xlalign.reporting import plots
from xlalign.reporting.corpora import corpus_report
from xlalign.reporting.data import Dot, LinkCurve

DOTS = [
    Dot(model=model, lang=lang, x=x, y=50 - x)
    for model, x in (("base", 20.0), ("ppa", 40.0))
    for lang, x in (("de", x), ("hi", x - 5))
]

LINKS = [
    LinkCurve(aligner=aligner, standard=standard, least=(0, 0.5), precision=(0.7, 0.9), recall=(0.8, 0.4), error=0.031)
    for aligner in ("hmm", "hybrid")
    for standard in ("en-de", "en-fr", "en-ru", "en-hi")
]


def drawings():
    results = report_sample.results()
    return {
        "bars": lambda: plots.bars(results.tasks["xnli"], "base", "xnli by language"),
        "curves": lambda: plots.curves(report_sample.curves()),
        "layers": lambda: plots.layers(
            {"base": {"layer=0,pool=mean": 9.0, "layer=1,pool=mean": 20.0}}, "base", "layers"
        ),
        "histograms": lambda: plots.histograms(
            corpus_report("p", report_sample.prepare_report()).filters[:2], "filters"
        ),
        "precision_recall": lambda: plots.precision_recall(LINKS),
        "scatter": lambda: plots.scatter(DOTS, "base", "transfer", ("alignment", "gap")),
    }


@pytest.mark.parametrize("name", ["bars", "curves", "histograms", "layers", "precision_recall", "scatter"])
def test_the_same_bytes_every_time_and_well_formed(name):
    draw = drawings()[name]
    svg = draw().inline()
    assert svg == draw().inline()
    assert ET.fromstring(svg).tag.endswith("svg")


def test_letters_are_text_in_the_colour_of_the_page():
    svg = drawings()["bars"]().inline()
    assert ">ml-ctl</text>" in svg
    assert "currentColor" in svg
    assert plots.INK not in svg
    assert "date" not in svg.lower().replace("update", "")


def test_points_are_named_by_language():
    svg = drawings()["scatter"]().inline()
    assert svg.count(">hi</text>") == 2
    assert ">gap</text>" in svg


def test_ids_of_two_figures_never_meet():
    made = [drawings()[name]().inline() for name in ("bars", "scatter")]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in made]
    assert not ids[0] & ids[1]


def test_names_are_escaped_and_never_read_as_formulas():
    task = report_sample.results().tasks["xnli"]
    odd = task.model_copy(update={"models": {"$x_1$ <script>": task.models["base"], "_hidden": task.models["ppa"]}})
    svg = plots.bars(odd, "", 'a "title" <b>').inline()
    assert "<script>" not in svg
    assert "$x_1$ &lt;script&gt;" in svg
    assert "_hidden" in svg
    assert ET.fromstring(svg).get("aria-label") == 'a "title" <b>'


def test_many_languages_take_several_rows():
    task = report_sample.results().tasks["xnli"]
    model = task.models["base"]
    forty = model.model_copy(update={"languages": {f"l{n}": model.languages["de"] for n in range(40)}})
    svg = plots.bars(task.model_copy(update={"models": {"base": forty, "ppa": forty}}), "base", "t").inline()
    assert svg.count(">accuracy (%)</text>") == 2
    assert ">l39</text>" in svg


def test_the_baseline_is_grey_and_the_others_differ():
    palette = plots.colours(["base", "a", "b"], "base")
    assert palette["base"] == plots.BASELINE
    assert len(set(palette.values())) == 3
