"""Every number says where it comes from."""

import re

import pytest
import report_sample
from narrowing import present

from xlalign.errors import UserError
from xlalign.reporting import page
from xlalign.reporting.gains import gains_table, heat
from xlalign.reporting.results import languages_of
from xlalign.reporting.trace import lines, parts, trace


def test_a_trace_names_model_data_seeds_config_and_command():
    found = trace(report_sample.results(), "xnli/ppa/hi")
    assert found.value == pytest.approx(sum(found.scores) / 3)
    assert found.model == {"name": "ppa", "key": "3f9a" * 16, "content": "77ab" * 16, "settings": {"preset": "ppa"}}
    assert found.data == {"source": "micro:13", "split": "test", "digests": {"hi": "hi0123456789abcd"}}
    assert found.seeds == (1, 2, 3)
    assert found.setup[0]["regime"] == "frozen=2,lr=0.002,pool=mean"
    assert found.config["task"] == "xnli"
    assert found.signature == ("xnli|data:micro:13@1f0c|seeds:1,2,3|v:0.1.0",)
    assert found.command == "xlalign report quickstart"
    printed = dict(lines(found))
    assert printed["what"] == "accuracy, zero-shot"
    assert printed["data digest"] == "hi hi0123456789abcd"


def test_a_mean_names_every_digest():
    found = trace(report_sample.results(), "xnli/ppa/others")
    assert found.data["digests"].keys() == {"en", "de", "es", "ru", "hi"}


def test_a_model_may_have_slashes():
    assert parts("xnli/google/bert@1/de") == ("xnli", "google/bert@1", "de")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("xnli", "names no cell"),
        ("xnli/ppa/", "names no cell"),
        ("xmli/ppa/de", "unknown task `xmli`"),
        ("xnli/pa/de", "unknown model on xnli: `pa`"),
        ("xnli/ppa/zz", "unknown column of xnli: `zz`"),
        ("tatoeba/ppa/gap", "unknown column of tatoeba: `gap`"),
    ],
)
def test_an_unknown_cell_is_an_error_that_names_the_known(cell, message):
    with pytest.raises(UserError, match=message):
        trace(report_sample.results(), cell)


def test_every_score_on_the_page_can_be_traced():
    data = report_sample.report()
    html = page.render(data)
    for task, entry in present(data.results).tasks.items():
        columns = [*languages_of(entry), "others", *(["gap"] if task != "tatoeba" else [])]
        for model in entry.models:
            for column in columns:
                assert html.count(f"xlalign report --why {task}/{model}/{column}") >= 2  # its table, the heat table
    results = html.partition('id="result"')[2].partition('<section id="gains"')[0]
    tables = re.sub(r"<details.*?</details>", "", results, flags=re.DOTALL)
    numbers = re.findall(r'<td class="num[^>]*>(?=[^<–])', tables)
    assert len(numbers) > 90
    assert [cell for cell in numbers if "title=" not in cell] == []


def test_heat_is_coloured_by_the_gain_and_marked():
    found = heat(report_sample.results())
    rows = {(task, model): dict(zip(found.columns, spots, strict=True)) for task, model, spots in found.rows}
    assert found.columns == ("en", "de", "es", "ru", "hi", "others", "gap")
    assert rows["XNLI", "base"]["de"].direction == ""
    better = rows["XNLI", "ml-ctl"]
    assert better["de"].mark == "*"
    assert better["de"].title.startswith("+11")
    assert better["gap"].title.startswith("-10")
    assert (better["gap"].direction, better["others"].direction) == ("up", "up")
    assert max(cell.strength for cells in rows.values() for cell in cells.values()) == 1.0
    assert rows["Tatoeba", "ppa"]["en"].text == ""


def test_gains_are_points_above_the_baseline():
    table = gains_table(report_sample.results())
    assert [column.name for column in table.columns][:4] == ["task", "model", "en", "de"]
    first = dict(zip([column.name for column in table.columns], table.rows[0].cells, strict=True))
    assert (first["task"].value, first["model"].value) == ("XNLI", "mlm")
    assert first["de"].value == pytest.approx(1.2, abs=0.05)
