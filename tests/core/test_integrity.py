"""What is damaged is never used, and what a running pipeline uses is never collected."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xlalign.artifacts import digest as digests
from xlalign.artifacts.artifact import EVERYTHING, Artifact
from xlalign.artifacts.collect import garbage, remove, sweep
from xlalign.artifacts.digest import digest_file
from xlalign.artifacts.explain import History, differences
from xlalign.artifacts.holds import held, holding
from xlalign.artifacts.making import Recipe, Workspace, obtain
from xlalign.artifacts.runs import record, records
from xlalign.artifacts.store import Store
from xlalign.artifacts.verify import survey
from xlalign.errors import CacheError, Notice


def recipe(**settings: object) -> Recipe:
    return Recipe("demo", "demo", 1, settings, volatile=("report.json",))


def make(space: Workspace) -> None:
    (space.out / "sub").mkdir()
    (space.out / "sub" / "data.txt").write_text("content")
    (space.out / "report.json").write_text(str(time.monotonic()))


def made(store: Store, **settings: object) -> Artifact:
    return obtain(store, recipe(**settings), make)[0]


def flip(path: Path, at: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def findings(store: Store) -> list[str]:
    return [text for finding in survey(store) for text in finding.damage]


@pytest.mark.parametrize("name", ["data/sub/data.txt", "data/report.json"])
def test_a_flipped_byte_of_any_file_is_said_and_the_artifact_made_again(tmp_path, name):
    store = Store(tmp_path)
    artifact = made(store)
    flip(artifact.folder / name)
    with pytest.warns(Notice, match=f"{name.removeprefix('data/')} has other content; it is in trash/"):
        again, state = obtain(store, recipe(), make)
    assert state == "made"
    assert again.damage(EVERYTHING) == []
    assert len(list((tmp_path / "trash").iterdir())) == 1
    assert [item.stage for item in garbage(store, keep_runs=9)] == ["trash"]
    sweep(store, garbage(store, keep_runs=9))
    assert list((tmp_path / "trash").iterdir()) == []


def break_manifest(artifact: Artifact) -> None:
    (artifact.folder / "manifest.json").write_text("{")


def edit_settings(artifact: Artifact) -> None:
    edit(artifact, lambda manifest: manifest["hashed"]["settings"].update(a=2))


def edit_content(artifact: Artifact) -> None:
    edit(artifact, lambda manifest: manifest.update(content="0" * 64))


def edit(artifact: Artifact, change: Callable[[dict[str, Any]], object]) -> None:
    place = artifact.folder / "manifest.json"
    manifest = json.loads(place.read_text())
    change(manifest)
    place.write_text(json.dumps(manifest))


def lose_manifest(artifact: Artifact) -> None:
    (artifact.folder / "manifest.json").unlink()


def swap(artifact: Artifact) -> None:
    store = Store(artifact.folder.parents[2])
    other = made(store, other=True)
    artifact.folder.rename(tmp := artifact.folder.with_name("x"))
    other.folder.rename(artifact.folder)
    tmp.rename(other.folder)


def add_file(artifact: Artifact) -> None:
    (artifact.data / "sub" / "extra.txt").write_text("more")


def link_file(artifact: Artifact) -> None:
    place = artifact.data / "sub" / "data.txt"
    place.rename(artifact.folder.parents[2] / "elsewhere")
    place.symlink_to(artifact.folder.parents[2] / "elsewhere")


def link_folder(artifact: Artifact) -> None:
    artifact.folder.rename(artifact.folder.parents[2] / artifact.folder.name)
    artifact.folder.symlink_to(artifact.folder.parents[2] / artifact.folder.name)


DAMAGE = {
    break_manifest: "unreadable",
    edit_settings: "is not what the key stands for",
    edit_content: "is not that of its outputs",
    lose_manifest: "no manifest",
    swap: "the manifest is that of demo",
    add_file: "sub/extra.txt is not in the manifest",
    link_file: "is no file but a link",
    link_folder: "the folder is a link",
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_verify_tells_every_kind_of_damage_and_the_next_use_mends_it(tmp_path, damage):
    store = Store(tmp_path)
    artifact = made(store)
    assert findings(store) == []
    damage(artifact)
    assert any(DAMAGE[damage] in text for text in findings(store)), findings(store)
    with pytest.warns(Notice, match="is damaged"):
        assert obtain(store, recipe(), make)[1] == "made"
    if damage is not swap:  # the other one is mended when it is used
        assert findings(store) == []


def test_verify_reports_what_is_no_artifact(tmp_path):
    store = Store(tmp_path)
    made(store)
    (tmp_path / "artifacts" / "demo" / "note").write_text("x")
    (tmp_path / "artifacts" / "loose").write_text("x")
    assert findings(store) == ["it is no folder of artifacts", "it is no folder"]


def test_a_stage_that_leaves_links_publishes_nothing(tmp_path):
    def linking(space: Workspace) -> None:
        (space.out / "x").symlink_to("/etc/hostname")

    with pytest.raises(CacheError, match="left links among its outputs: x"):
        obtain(Store(tmp_path), recipe(), linking)
    assert Store(tmp_path).folders() == []


def test_looking_up_changes_nothing(tmp_path):
    store = Store(tmp_path)
    artifact = made(store)
    flip(artifact.data / "sub" / "data.txt")
    assert store.lookup("demo", recipe().key)  # sizes are right
    assert store.lookup("demo", recipe().key, EVERYTHING) is None
    assert "sub/data.txt has other content" in store.damage("demo", recipe().key, EVERYTHING)
    assert artifact.folder.is_dir()


def test_a_file_is_read_once_while_it_stays_the_same(tmp_path, monkeypatch):
    place, reads = tmp_path / "x", list[Path]()
    place.write_text("one")
    old = time.time_ns() - 10 * digests.SETTLED_NS
    os.utime(place, ns=(old, old))

    def content(path: Path) -> str:
        reads.append(path)
        return path.read_text()

    monkeypatch.setattr(digests, "file_sha256", content)
    assert [digest_file(place) for _ in range(3)] == ["one"] * 3
    assert len(reads) == 1
    place.write_text("two")  # a file that was just written is read each time
    assert [digest_file(place) for _ in range(2)] == ["two"] * 2
    assert len(reads) == 3
    os.utime(place, ns=(old, old))
    place.rename(tmp_path / "y")
    (tmp_path / "x").write_text("six")
    os.utime(tmp_path / "x", ns=(old, old))  # another inode under the same name, size and time
    assert digest_file(tmp_path / "x") == "six"


def test_a_collection_leaves_what_a_running_pipeline_holds(tmp_path, monkeypatch):
    store = Store(tmp_path)
    keys = [made(store, a=i).manifest.key for i in range(2)]
    with holding(store) as hold:
        hold.add(keys[0])
        assert [item.key for item in garbage(store, keep_runs=0, grace=0)] == [keys[1]]
        for clock in (0.0, time.time() + 1e9):  # the year 1970, and the far future
            monkeypatch.setattr(time, "time", lambda clock=clock: clock)
            assert keys[0] not in [item.key for item in garbage(store, keep_runs=0)]
        monkeypatch.undo()
        assert not remove(store, "demo", keys[0])
    assert len(garbage(store, keep_runs=0, grace=0)) == 2
    assert remove(store, "demo", keys[0])
    assert list((tmp_path / "holds").iterdir()) == []


def test_what_is_held_after_the_list_was_made_stays(tmp_path):
    store = Store(tmp_path)
    key = made(store).manifest.key
    items = garbage(store, keep_runs=0, grace=0)
    assert [item.key for item in items] == [key]
    with holding(store) as hold:
        hold.add(key)
        assert sweep(store, items) == 0
        assert store.lookup("demo", key)
    with store.lock(key):
        assert sweep(store, items) == 0
    assert sweep(store, items) > 0
    assert store.lookup("demo", key) is None


def test_a_killed_run_holds_nothing(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from xlalign.artifacts.store import Store\n"
        "from xlalign.artifacts.holds import holding\n"
        "with holding(Store(Path(sys.argv[1]))) as hold: hold.add('k'); print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    store = Store(tmp_path)
    with store.gate():
        assert held(store) == {"k"}
    process.kill()
    process.communicate()
    with store.gate():
        assert held(store) == set()
    assert list((tmp_path / "holds").iterdir()) == []


def test_a_cache_that_is_only_read_can_still_be_looked_up(tmp_path, monkeypatch):
    store = Store(tmp_path)
    key = made(store).manifest.key
    real = Path.mkdir

    def denied(self: Path, *arguments: Any, **named: Any) -> None:
        if self.is_relative_to(tmp_path):
            raise PermissionError(13, "Permission denied", str(self))
        real(self, *arguments, **named)

    monkeypatch.setattr(Path, "mkdir", denied)
    with holding(store) as hold:
        hold.add(key)
        assert store.lookup("demo", key)
    with pytest.raises(CacheError, match="is not writable"):
        remove(store, "demo", key)
    monkeypatch.undo()
    assert store.lookup("demo", key)


def test_the_youngest_run_is_the_last_one_whatever_the_clock_says(tmp_path, monkeypatch):
    store = Store(tmp_path)
    for key, clock in (("a", "2030-01-01T00:00:00+00:00"), ("b", "2020-01-01T00:00:00+00:00")):
        monkeypatch.setattr("xlalign.artifacts.runs.now", lambda clock=clock: clock)
        record(store, "p", {"s": {"stage": "demo", "key": key}})
    assert [run.stages["s"]["key"] for run in records(store)] == ["a", "b"]


def test_lock_files_that_are_removed_never_let_two_in(tmp_path):
    store, inside, most = Store(tmp_path), [], []
    stop = time.monotonic() + 2

    def worker() -> None:
        while time.monotonic() < stop:
            with store.lock("k"):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    def collector() -> None:
        while time.monotonic() < stop:
            sweep(store, garbage(store, keep_runs=0, grace=0))
            remove(store, "demo", "k")

    threads = [threading.Thread(target=target) for target in (worker, worker, worker, collector)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert len(most) > 20


def test_explanations_show_the_element_that_differs(tmp_path):
    def lines(old: object, new: object) -> list[str]:
        return differences({"settings": {"x": old}}, {"settings": {"x": new}})

    assert lines(["en", "de"], ["en", "de", "ru"]) == ['x + "ru"']
    assert lines(["en", "de"], ["en", "fr"]) == ['x + "fr" - "de"']
    assert lines([1, 2], [2, 1]) == ["x in another order"]
    assert lines([{"uri": "a", "pairs": 1}], [{"uri": "a", "pairs": 2}]) == ["x[0].pairs 1 -> 2"]
    long = "file:/a/very/long/path/that/nobody/can/see/the/end/of/"
    assert lines(f"{long}one", f"{long}two") == ['x ".../end/of/one" -> ".../end/of/two"']
    assert differences({"pins": {"/home/me/a.tsv": "0" * 64}}, {"pins": {"/home/me/a.tsv": "1" * 64}}) == [
        "a.tsv changed"
    ]
    assert lines(None, 1) == ["x null -> 1"]


def test_an_artifact_of_another_project_is_no_reason(tmp_path):
    store = Store(tmp_path)
    other = made(store, a=1)
    assert History(store, "mine").why_missing("demo", "demo", recipe(a=2).hashed) == "a 1 -> 2"
    record(store, "theirs", {"demo": {"stage": "demo", "key": other.manifest.key}})
    assert History(store, "mine").why_missing("demo", "demo", recipe(a=2).hashed) == "new"
    assert History(store, "theirs").why_missing("demo", "demo", recipe(a=2).hashed) == "a 1 -> 2"
    many = {f"field{i}": i for i in range(20)}
    assert History(store).why_missing("demo", "demo", recipe(**many).hashed) == "new"
