"""What `xlalign report` leaves behind for other programs."""

import csv
import json
from importlib.metadata import EntryPoint
from math import sqrt
from statistics import fmean, stdev
from xml.etree import ElementTree as ET

import pytest
import report_sample

from xlalign import registry
from xlalign.errors import UserError
from xlalign.reporting import folder, renderers
from xlalign.reporting.citations import bibliography, merged
from xlalign.reporting.data import Citation, ReportData
from xlalign.reporting.format import file_stem
from xlalign.reporting.lm_eval import lm_eval_results
from xlalign.reporting.table import Table


def small() -> ReportData:
    """A report with one table and no figure."""
    return ReportData(title="small", aer=report_sample.report().aer)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    place = tmp_path_factory.mktemp("report")
    folder.write(report_sample.report(), place)
    return place


def test_every_table_of_the_page_is_written_as_csv_with_a_header(written):
    page = (written / "report.html").read_text(encoding="utf-8")
    for table in folder.tables_of(report_sample.report()):
        with (written / "tables" / f"{file_stem(table.name)}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header[0] == table.columns[0].name
        assert len(rows) == len(table.rows)
    assert page.count("<table") - page.count('class="matrix"') <= len(folder.tables_of(report_sample.report())) + 2


def test_report_json_is_what_the_page_was_made_of(written):
    data = ReportData.model_validate_json((written / "report.json").read_text(encoding="utf-8"))
    assert data == report_sample.report()
    assert Table.model_validate_json((written / "tables/aer.json").read_text(encoding="utf-8")) == data.aer
    assert (written / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_figures_are_files_in_two_forms(written):
    names = {path.name for path in (written / "figures").iterdir()}
    stems = {"xnli-languages", "tatoeba-layers", "training", "transfer", "prepare-filters"}
    assert {f"{stem}{suffix}" for stem in stems for suffix in (".svg", ".pdf")} <= names
    for path in (written / "figures").glob("*.svg"):
        assert ET.fromstring(path.read_text(encoding="utf-8")).tag.endswith("svg")
        assert "currentColor" not in path.read_text(encoding="utf-8")
    assert all(path.read_bytes().startswith(b"%PDF") for path in (written / "figures").glob("*.pdf"))


def test_the_same_report_gives_the_same_bytes(written, tmp_path):
    folder.write(report_sample.report(), tmp_path)
    files = sorted(path.relative_to(written) for path in written.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert [name for name in files if (written / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_only_the_formats_that_are_asked_for(tmp_path):
    folder.write(small(), tmp_path, ["latex", "html"])
    assert {path.suffix for path in (tmp_path / "tables").iterdir()} == {".tex", ".html"}


def test_an_unknown_format_writes_nothing(tmp_path):
    with pytest.raises(UserError, match="table format"):
        folder.write(small(), tmp_path / "new", ["exel"])
    assert not (tmp_path / "new").exists()


def render_dots(table: Table) -> str:
    return "." * len(table.rows)


DOTS = renderers.Renderer("dots", ".dots", render_dots, title="Dots")


def test_a_renderer_of_a_plug_in_is_written_and_offered_on_the_page(monkeypatch, tmp_path):
    own = renderers.RENDERERS
    point = EntryPoint(name="dots", value=f"{__name__}:DOTS", group=own.group)
    monkeypatch.setattr(EntryPoint, "load", lambda _: DOTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == own.group else [])
    fresh: registry.Registry[renderers.Renderer] = registry.Registry(own.kind, own._table, own.group)
    for module in ("xlalign.reporting.renderers", "xlalign.reporting.page"):
        monkeypatch.setattr(f"{module}.RENDERERS", fresh)
    page = folder.write(small(), tmp_path)
    assert (tmp_path / "tables/aer.dots").read_text(encoding="utf-8") == "..."
    assert "<summary>Dots</summary>" in page.read_text(encoding="utf-8")
    folder.write(small(), tmp_path / "two", ["dots"])
    assert {path.suffix for path in (tmp_path / "two/tables").iterdir()} == {".dots"}


def test_names_that_are_written_alike_are_kept_apart():
    assert folder._stems(["a/b", "a-b", "../../etc", "", "mBERT@1f0c"]) == [
        "a-b",
        "a-b-2",
        "etc",
        "unnamed",
        "mBERT@1f0c",
    ]


def test_lm_eval_shape():
    found = lm_eval_results(report_sample.results(), "ppa", "0.2.0")
    assert {"results", "groups", "group_subtasks", "configs", "versions", "n-shot", "higher_is_better"} <= found.keys()
    assert found["group_subtasks"]["xnli"] == [f"xnli_{lang}" for lang in ("en", "de", "es", "ru", "hi")]
    scores = report_sample.results().tasks["xnli"].models["ppa"].languages["de"].scores
    entry = found["results"]["xnli_de"]
    assert entry["acc,none"] == pytest.approx(fmean(scores) / 100)
    assert entry["acc_stderr,none"] == pytest.approx(stdev(scores) / sqrt(3) / 100)
    assert set(found["results"]) == set(found["versions"])
    assert found["higher_is_better"]["udpos_ru"] == {"f1": True}
    assert json.loads(json.dumps(found)) == found


def test_one_seed_has_no_standard_error():
    one = report_sample.model({"en": report_sample.score([50.0]), "de": report_sample.score([40.0])})
    found = lm_eval_results(report_sample.evaluated({"xnli": {"models": {"base": one}}}), "base", "1")
    assert found["results"]["xnli_en"]["acc_stderr,none"] == "N/A"


def test_a_paper_is_cited_once_for_all_that_it_is_cited_for():
    found = merged([Citation(of="a", text="X 2020"), Citation(of="b", text="X 2020 "), Citation(of="c", text=" ")])
    assert found == (Citation(of="a, b", text="X 2020"),)


def test_the_bibliography_keeps_bibtex_and_names_the_rest():
    entry = "@article{k, title = {T}}"
    found = bibliography(
        [
            Citation(of="data", text=entry),
            Citation(of="XNLI", text="Conneau et al. 2018, XNLI & more, EMNLP"),
            Citation(of="mlm", text="Conneau 2018 {again}"),
        ]
    )
    assert found.startswith(entry)
    assert "@misc{conneau2018,\n  howpublished = {Conneau et al. 2018, XNLI \\& more, EMNLP}," in found
    assert "@misc{conneau2018b,\n  howpublished = {Conneau 2018 again}," in found
    assert bibliography([]) == ""
