import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_stage import graph, node

from xlalign.artifacts.artifact import EVERYTHING
from xlalign.artifacts.collect import garbage, sweep
from xlalign.artifacts.runs import records
from xlalign.artifacts.store import Store
from xlalign.errors import DataError, Interrupted
from xlalign.progress import Event
from xlalign.stages.base import Node
from xlalign.stages.execution import ExecutionSettings, InlineExecutor
from xlalign.stages.runner import Outcome, closure, make_current, plan

INLINE = ExecutionSettings(workers=1)
told = pytest.mark.filterwarnings("always::xlalign.errors.Notice")
"""For tests of what is damaged on purpose: a notice is not an error."""

SUPPORT = Path(__file__).parents[1] / "support"


class Recorder:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.events: list[Event] = []

    def planned(self, nodes: list[Node]) -> None:
        self.lines.append("plan " + " ".join(n.name for n in nodes))

    def started(self, node: Node, why: str) -> None:
        self.lines.append(f"run {node.name}: {why}")

    def finished(self, node: Node, outcome: Outcome) -> None:
        self.lines.append(f"{outcome.state} {node.name}")

    def progressed(self, name: str, event: Event) -> None:
        self.events.append(event)


DIAMOND = graph(
    node("prepare", value=1),
    node("align", {"bitext": "prepare"}),
    node("base", {"bitext": "prepare"}),
    node("ppa", {"bitext": "prepare", "links": "align", "model": "base"}, value=2),
)


def run(
    stages: dict[str, Node], targets: list[str], settings: ExecutionSettings = INLINE
) -> tuple[dict[str, Outcome], list[str]]:
    recorder = Recorder()
    outcomes = make_current(stages, targets, Store(), settings, recorder, "test")
    return outcomes, recorder.lines


def test_closure_puts_inputs_first_and_leaves_out_what_is_not_needed():
    assert [n.name for n in closure(DIAMOND, ["base"])] == ["prepare", "base"]
    assert [n.name for n in closure(DIAMOND, ["ppa"])] == ["prepare", "align", "base", "ppa"]


@pytest.mark.parametrize("workers", [1, 2])
def test_first_run_makes_second_hits(workers):
    settings = ExecutionSettings(workers=workers)
    outcomes, lines = run(DIAMOND, ["ppa"], settings)
    states = {name: o.state for name, o in outcomes.items()}
    assert [states.pop("align"), states.pop("base")].count("made") == 1  # they are equal, so one artifact serves both
    assert {outcomes[name].why for name in ("align", "base")} & {"the same as base", "the same as align"}
    assert states == {"prepare": "made", "ppa": "made"}
    assert json.loads((outcomes["ppa"].artifact.data / "result.json").read_text())[0] == 2
    assert "run prepare: new" in lines
    again, lines = run(DIAMOND, ["ppa"], settings)
    assert lines == ["plan prepare align base ppa", "hit prepare", "hit align", "hit base", "hit ppa"]
    assert again["ppa"].artifact.manifest.content == outcomes["ppa"].artifact.manifest.content
    assert len(records(Store())) == 1


def test_one_changed_field_runs_only_what_depends_on_it_and_says_which():
    run(DIAMOND, ["ppa"])
    changed = {**DIAMOND, "ppa": node("ppa", {"bitext": "prepare", "links": "align", "model": "base"}, value=3)}
    _, lines = run(changed, ["ppa"])
    assert lines[1:] == ["hit prepare", "hit align", "hit base", "run ppa: value 2 -> 3", "made ppa"]


def test_same_content_stops_the_cascade():
    run(DIAMOND, ["ppa"])
    harmless = {**DIAMOND, "prepare": node("prepare", value=1, seconds=0.01)}
    assert run(harmless, ["ppa"])[1][-1] == "hit ppa"


def damage(outcome: Outcome) -> Path:
    place = outcome.artifact.data / "result.json"
    place.write_bytes(bytes([place.read_bytes()[0] ^ 1]) + place.read_bytes()[1:])
    return place


@told
@pytest.mark.parametrize("workers", [1, 2])
def test_a_damaged_input_is_made_again_before_anything_is_made_from_it(workers):
    settings = ExecutionSettings(workers=workers)
    before, _ = run(DIAMOND, ["ppa"], settings)
    for name in ("prepare", "base"):
        damage(before[name])
    changed = {**DIAMOND, "ppa": node("ppa", {"bitext": "prepare", "links": "align", "model": "base"}, value=3)}
    recorder = Recorder()
    after = make_current(changed, ["ppa"], Store(), settings, recorder, "test")
    assert [line for line in recorder.lines if line.startswith(("run", "made"))][-1] == "made ppa"
    assert "run prepare: damaged: result.json has other content" in recorder.lines
    assert [e.note for e in recorder.events if e.kind == "warning" and "the cached fake `prepare`" in e.note]
    assert {name: o.artifact.manifest.content for name, o in after.items() if name != "ppa"} == {
        name: o.artifact.manifest.content for name, o in before.items() if name != "ppa"
    }
    assert all(o.artifact.damage(EVERYTHING) == [] for o in after.values())
    read = json.loads((after["ppa"].artifact.data / "result.json").read_text())
    assert read[1]["bitext"] == [1, {}]


@told
def test_a_result_is_verified_before_it_is_shown_and_an_export_in_full():
    stages = graph(node("quiet", value=1), node("spoken", value=2, shows=True))
    outcomes, _ = run(stages, ["quiet", "spoken"])
    damage(outcomes["quiet"])
    damage(outcomes["spoken"])
    _, lines = run(stages, ["quiet", "spoken"])
    assert lines[1:] == ["hit quiet", "run spoken: damaged: result.json has other content", "made spoken"]
    recorder = Recorder()
    make_current(stages, ["quiet"], Store(), INLINE, recorder, "test", reading=["quiet"])
    assert recorder.lines[-1] == "made quiet"


@told
def test_reports_and_timings_identify_nothing():
    outcomes, _ = run(graph(node("a", value=1, note="first"), node("b", {"x": "a"})), ["b"])
    again, lines = run(graph(node("a", value=1, note="second"), node("b", {"x": "a"})), ["b"])
    assert lines[1:] == ['run a: note "first" -> "second"', "made a", "hit b"]
    assert outcomes["a"].artifact.manifest.key != again["a"].artifact.manifest.key
    (again["a"].artifact.data / "report.json").write_text("longer than before")
    assert run(graph(node("a", value=1, note="second"), node("b", {"x": "a"})), ["a"])[1][-1] == "made a"


def test_a_collection_during_a_run_takes_nothing_of_it():
    garbage_too = obtain_one()

    class Collecting(Recorder):
        def finished(self, node: Node, outcome: Outcome) -> None:
            super().finished(node, outcome)
            sweep(Store(), garbage(Store(), keep_runs=0, grace=0))

    recorder = Collecting()
    outcomes = make_current(DIAMOND, ["ppa"], Store(), INLINE, recorder, "test")
    assert all(outcome.artifact.folder.is_dir() for outcome in outcomes.values())
    assert not garbage_too.is_dir()
    assert list((Store().root / "holds").iterdir()) == []


def obtain_one() -> Path:
    return run(graph(node("old", value=9)), ["old"])[0]["old"].artifact.folder


def test_plan_tells_without_doing():
    store = Store()
    assert [(p.node.name, p.state) for p in plan(DIAMOND, ["base"], store)] == [("prepare", "run"), ("base", "after")]
    run(DIAMOND, ["prepare"])
    assert [(p.node.name, p.state, p.why) for p in plan(DIAMOND, ["base"], store)] == [
        ("prepare", "hit", ""),
        ("base", "run", "new"),
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_names_its_stage_and_keeps_what_is_done(workers):
    stages = graph(node("good", value=1), node("bad", fail=True), node("after", {"x": "bad"}))
    with pytest.raises(DataError, match="bad: bad line 3") as caught:
        run(stages, ["good", "after"], ExecutionSettings(workers=workers))
    assert caught.value.hint == "mend it"
    assert run(stages, ["good"])[0]["good"].state == "hit"
    assert list(Store().root.glob("work/*/artifact")) == []


def test_progress_of_workers_reaches_the_reporter():
    recorder = Recorder()
    make_current(graph(node("a"), node("b", value=2)), ["a", "b"], Store(), ExecutionSettings(workers=2), recorder)
    time.sleep(0.3)
    assert {event.kind for event in recorder.events} == {"start", "advance", "end"}


def test_threads_belong_to_the_key_only_when_not_one():
    run(DIAMOND, ["prepare"])
    assert run(DIAMOND, ["prepare"], ExecutionSettings(workers=1, threads=2))[1][1:] == [
        'run prepare: pins.threads (unset) -> "2"',
        "made prepare",
    ]


SCRIPT = """
import sys
from fake_stage import graph, node
from xlalign.artifacts.store import Store
from xlalign.stages.execution import ExecutionSettings
from xlalign.stages.runner import make_current
class Quiet:
    def planned(self, nodes): pass
    def started(self, node, why): print("run", flush=True)
    def finished(self, node, outcome): print(outcome.state, outcome.why.replace(" ", "_"), flush=True)
    def progressed(self, name, event): pass
if __name__ == "__main__":
    import signal
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seconds = float(sys.argv[1])
    options = {"seconds": seconds, "touch": sys.argv[2], "polite": len(sys.argv) > 3}
    count = 6 if options["polite"] else 2
    stages = graph(*(node(f"n{i}", value=i, **options) for i in range(count)))
    make_current(stages, list(stages), Store(), ExecutionSettings(workers=2), Quiet())
"""


def start(tmp_path: Path, seconds: float, *more: str) -> "subprocess.Popen[str]":
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(seconds), str(tmp_path / "touched"), *more]
    path = os.pathsep.join([str(SUPPORT), str(SUPPORT.parents[1])])
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True)


def wait_for_lines(path: Path, count: int) -> list[str]:
    for _ in range(200):
        if path.exists() and len(path.read_text().splitlines()) >= count:
            return path.read_text().splitlines()
        time.sleep(0.05)
    raise AssertionError(f"{path} never got {count} lines")


def test_kill_9_leaves_no_orphan_and_the_same_command_finishes(tmp_path):
    process = start(tmp_path, 60)
    workers = [int(line.split()[1]) for line in wait_for_lines(tmp_path / "touched", 2)]
    process.kill()
    process.communicate()
    for _ in range(100):
        if not any(alive(pid) for pid in workers):
            break
        time.sleep(0.05)
    assert not any(alive(pid) for pid in workers)
    output, _ = start(tmp_path, 0).communicate(timeout=30)
    assert output.split().count("made") == 2


def test_two_processes_on_one_cache_compute_once(tmp_path):
    first, second = start(tmp_path, 1.5), start(tmp_path, 1.5)
    outputs = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert len((tmp_path / "touched").read_text().splitlines()) == 2
    words = [text.split() for text in outputs]
    assert sum(own.count("made") for own in words) == 2
    assert sum(own.count("hit") for own in words) == 2
    assert sum(own.count("made_by_another_run") for own in words) == 2


@pytest.mark.parametrize("more", [(), ("polite",)], ids=["at once", "after a checkpoint"])
def test_sigterm_ends_the_workers_and_starts_nothing_new(tmp_path, more):
    process = start(tmp_path, 60, *more)
    workers = [int(line.split()[1]) for line in wait_for_lines(tmp_path / "touched", 2)]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    time.sleep(0.5)
    assert not any(alive(pid) for pid in workers)
    assert len((tmp_path / "touched").read_text().splitlines()) == 2


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_an_interruption_starts_nothing_that_was_queued_in_this_process():
    ran: list[str] = []

    def stop() -> None:
        raise Interrupted("stopped")

    queue = InlineExecutor(lambda *_: None)
    queue.submit("first", stop)
    queue.submit("second", ran.append, "second")
    outcomes = [result for _ in range(2) for _, result in queue.completed()]
    assert [type(result) for result in outcomes] == [Interrupted, Interrupted]
    assert not ran
