import re
from html.parser import HTMLParser

import pytest
import report_sample
from narrowing import present

from xlalign.reporting import page, provenance
from xlalign.reporting.data import (
    AlignedPair,
    Citation,
    CorpusReport,
    FilterCount,
    Headline,
    PairSample,
    ReportData,
    StageRun,
)
from xlalign.reporting.renderers.html import direction
from xlalign.reporting.results import Evaluated
from xlalign.reporting.viewer import aer_of, worst_first

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7*7 }}</style>&amp;"
VOID = {"meta", "link", "br", "img"}


class Balance(HTMLParser):
    """Collects tags that are not closed and attributes that fetch or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.wrong, self.tags = list[str](), list[str](), set[str]()
        self.active: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.active += [
            (tag, name, value) for name, value in attrs if name.startswith("on") or name in {"src", "srcset", "action"}
        ]
        self.active += [
            (tag, n, v) for n, v in attrs if n in {"href", "xlink:href"} and not (v or "").startswith(("#", "data:,"))
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def parsed(html: str) -> Balance:
    parser = Balance()
    parser.feed(html)
    parser.close()
    return parser


@pytest.fixture(scope="module")
def whole():
    return page.render(report_sample.report())


def test_the_page_is_well_formed_and_fetches_nothing(whole):
    found = parsed(whole)
    assert (found.wrong, found.open, found.active) == ([], [], [])
    assert "script" not in found.tags
    assert "Content-Security-Policy" in whole
    outside = set(re.findall(r"https?://[^\"' <)]+", whole)) - {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not outside


def test_every_part_is_there(whole):
    for part in ("result", "task-xnli", "gains", "alignment", "training", "data", "provenance", "citations"):
        assert f'<section id="{part}">' in whole
    for text in (
        "ml-ctl transfers 9.9 points better than mlm",
        "\\begin{table}",
        "39,696 of 48,000",
        "बूढ़े",
        "temperature 0.1",
    ):
        assert text in whole


def test_ids_are_unique(whole):
    ids = re.findall(r'\bid="([^"]+)"', whole)
    assert len(ids) == len(set(ids))


def test_an_empty_report_is_a_page():
    html = page.render(ReportData(title="nothing yet"))
    assert "<section" not in html
    assert parsed(html).wrong == []


def hostile() -> ReportData:
    sample = report_sample.results().model_dump()
    sample["tasks"] = {HOSTILE: sample["tasks"]["xnli"] | {"metric": HOSTILE}}
    sample["tasks"][HOSTILE]["models"][HOSTILE] = sample["tasks"][HOSTILE]["models"].pop("ppa")
    words = (HOSTILE, "b")
    return ReportData(
        title=HOSTILE,
        command=HOSTILE,
        created=HOSTILE,
        version=HOSTILE,
        headline=Headline(sentence=HOSTILE),
        results=Evaluated.model_validate(sample),
        alignments=(
            AlignedPair(
                source_lang=HOSTILE,
                target_lang=HOSTILE,
                source_words=words,
                target_words=words,
                sure=((0, 0),),
                predicted=((0, 1),),
                aligner=HOSTILE,
            ),
        ),
        curves=tuple(c.model_copy(update={"name": HOSTILE}) for c in report_sample.curves()[:1]),
        corpora=(
            CorpusReport(
                name=HOSTILE,
                read=2,
                kept=1,
                sizes={HOSTILE: 1},
                filters=(
                    FilterCount(
                        name=HOSTILE,
                        removed=1,
                        demand=HOSTILE,
                        samples=(PairSample(source=HOSTILE, target=HOSTILE, score=HOSTILE),),
                    ),
                ),
            ),
        ),
        stages=(
            StageRun(
                name=HOSTILE,
                stage=HOSTILE,
                key=HOSTILE,
                state=HOSTILE,
                why=HOSTILE,
                settings={HOSTILE: HOSTILE},
                inputs={HOSTILE: HOSTILE},
                versions={HOSTILE: HOSTILE},
                facts={HOSTILE: HOSTILE},
            ),
        ),
        citations=(Citation(of=HOSTILE, text=HOSTILE), Citation(of=HOSTILE, text=f"@misc{{{HOSTILE}")),
    )


def test_hostile_text_stays_text():
    html = page.render(hostile())
    found = parsed(html)
    assert found.wrong == []
    assert found.active == []
    assert not {"script", "img"} & found.tags
    assert html.count("</style>") == html.count("<style")


def test_many_stages_of_a_kind_are_one_line():
    def runs(kind: str, count: int, state: str = "hit") -> list[StageRun]:
        return [StageRun(name=f"{kind}.{n}", stage=kind, key="k", state=state, seconds=2.0) for n in range(count)]

    stages = [*runs("prepare", 1), *runs("cell", 9), *runs("cell", 3, "made"), *runs("pretrain", 2)]
    groups = provenance.stage_groups(stages)
    assert [(group.name, group.state, group.seconds) for group in groups] == [
        ("prepare.0", "hit", 2.0),
        ("cell (12)", "9 hit, 3 made", 24.0),
        ("pretrain.0", "hit", 2.0),
        ("pretrain.1", "hit", 2.0),
    ]


def test_worst_pairs_come_first():
    rates = [present(matrix.score).aer for matrix in worst_first(report_sample.pairs(), 9)]
    assert rates == sorted(rates, reverse=True)
    assert len(worst_first(report_sample.pairs(), 2)) == 2


def test_spots_tell_right_wrong_and_missed():
    pair = AlignedPair(
        source_lang="en",
        target_lang="de",
        source_words=("a", "b"),
        target_words=("x", "y"),
        sure=((0, 0), (1, 1)),
        possible=((0, 1),),
        predicted=((0, 0), (1, 0)),
        scores=(0.9, 0.25),
    )
    rows = worst_first([pair], 1)[0].rows
    assert [[spot and (spot.gold, spot.fill) for spot in line] for line in rows] == [
        [("sure", "right"), ("possible", "none")],
        [("none", "wrong"), ("sure", "none")],
    ]
    assert present(rows[1][0]).title == "b – x, predicted, not in gold, score 0.25"


def test_a_long_pair_is_drawn_as_two_columns():
    words = tuple(f"w{n}" for n in range(40))
    pair = AlignedPair(
        source_lang="en",
        target_lang="ar",
        source_words=words,
        target_words=words,
        sure=tuple((n, n) for n in range(40)),
        predicted=((0, 0), (1, 5)),
    )
    html = page.render(ReportData(title="t", alignments=(pair,)))
    assert 'class="matrix"' not in html
    assert html.count("<path class=") == 41
    assert html.count('class="none wrong"') == 1
    assert parsed(html).wrong == []


def test_without_gold_nothing_is_wrong():
    pair = AlignedPair(
        source_lang="en", target_lang="de", source_words=("a",), target_words=("x",), predicted=((0, 0),)
    )
    assert aer_of(pair) is None
    assert present(worst_first([pair], 1)[0].rows[0][0]).fill == "right"


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("ar", "rtl"),
        ("he", "rtl"),
        ("ur-PK", "rtl"),
        ("fa", "rtl"),
        ("en", "ltr"),
        ("zh", "ltr"),
        ("ha-Arab", "rtl"),
        ("ha", "ltr"),
    ],
)
def test_direction(language, wanted):
    assert direction(language) == wanted


def test_where_a_number_comes_from_is_reached_by_keyboard(whole):
    """Not only by hovering: in a `details` below the table, and everything that scrolls takes the focus."""
    summary = whole[whole.index('id="summary"') :]
    origins = summary[summary.index('<details class="origins">') :].partition("</details>")[0]
    assert "xlalign report --why xnli/ppa/others" in origins
    assert re.findall(r'<div class="scroll"(?! role="group" tabindex="0" aria-label)[^>]*>', whole) == []
    assert re.findall(r"<pre(?! tabindex)[^>]*>", whole) == []


def test_every_table_has_a_caption(whole):
    tables = re.findall(r"<table[^>]*>(?:\n<caption>)?", whole)
    assert [tag for tag in tables if "matrix" not in tag and "caption" not in tag] == []
