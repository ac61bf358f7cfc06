"""The report stage: who to cite, and when the run was."""

from types import SimpleNamespace
from typing import Any

from xlalign.stages import report


def outcome(settings: dict[str, Any], info: dict[str, Any] | None = None) -> Any:
    return SimpleNamespace(
        artifact=SimpleNamespace(manifest=SimpleNamespace(hashed={"settings": settings}, info=info or {}))
    )


def test_presets_are_cited_by_their_paper_and_stages_by_what_they_say():
    runs = {
        "ppa": outcome({"preset": "ppa"}),
        "own": outcome({"preset": "no-such-preset"}),
        "prepare": outcome({}, {"citations": {"OPUS": "Tiedemann 2012"}}),
    }
    found = [(citation.of, citation.text) for citation in report._stage_citations(runs)]
    assert [of for of, _ in found] == ["preset ppa", "OPUS"]
    assert "2010.12547" in found[0][1]
