"""What is shown while stages run cannot steer the terminal, nor be taken for markup."""

import io

import pytest
from rich.console import Console

from xlalign.cli.console import StageReporter
from xlalign.progress import Event

HARM = "a\x1b]0;owned\x07[/x]\u202e"


def test_a_warning_is_shown_to_those_who_want_no_progress():
    stream = io.StringIO()
    reporter = StageReporter(Console(file=stream, width=200), quiet=True)
    reporter.progressed("stage", Event("1", "start", description="rows", total=3))
    reporter.progressed("stage", Event("2", "warning", note="it is damaged"))
    assert stream.getvalue().split() == ["warn", "stage", "it", "is", "damaged"]


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_and_warnings(terminal):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=200, color_system=None)
    reporter = StageReporter(console)
    with reporter.bars():
        reporter.progressed("stage", Event("1", "start", description=HARM, unit="pairs", total=3))
        reporter.progressed("stage", Event("1", "advance", done=1, note=HARM))
        reporter.progressed("stage", Event("2", "warning", note=HARM))
    said = stream.getvalue()
    assert "]0;owned" in said
    assert "\x1b]" not in said
    assert "\x07" not in said
    assert "\u202e" not in said
    assert r"a\x1b]0;owned\x07[/x]\u202e" in said
