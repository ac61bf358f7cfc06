import errno
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlalign.artifacts.artifact import EVERYTHING
from xlalign.artifacts.collect import garbage, sweep
from xlalign.artifacts.digest import canonical, digest, digest_path
from xlalign.artifacts.explain import History, differences
from xlalign.artifacts.making import Recipe, Workspace, obtain
from xlalign.artifacts.runs import record, records
from xlalign.artifacts.store import Store
from xlalign.errors import CacheError, Notice

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**50), 2**50)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def recipe(**settings: object) -> Recipe:
    return Recipe("demo", "demo", 1, settings, volatile=("*.log",))


def write(text: str) -> Callable[[Workspace], None]:
    def make(space: Workspace) -> None:
        (space.out / "sub").mkdir()
        (space.out / "sub" / "data.txt").write_text(text)
        (space.out / "times.log").write_text(str(time.monotonic()))

    return make


@given(JSON)
def test_canonical_json_round_trips_and_ignores_key_order(value):
    assert canonical(json.loads(canonical(value))) == canonical(value)
    if isinstance(value, dict):
        assert digest(dict(reversed(list(value.items())))) == digest(value)


def test_one_spelling_per_number_and_text():
    assert digest({"a": 1}) == digest({"a": 1.0})
    assert digest("e\u0301") == digest("\u00e9")
    assert digest({"a": 1}) != digest({"a": 1.5})
    with pytest.raises(TypeError):
        digest({"a": object()})
    with pytest.raises(ValueError):
        digest(float("nan"))


def test_key_is_the_same_in_another_process_and_hash_seed():
    code = "from xlalign.artifacts.making import Recipe; print(Recipe('s', 'n', 1, {'b': 'ü', 'a': [1, 2.5]}).key)"
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert keys == {Recipe("s", "other name", 1, {"a": [1, 2.5], "b": "ü"}).key + "\n"}


def test_made_once_then_hit(tmp_path):
    store = Store(tmp_path)
    first, state = obtain(store, recipe(a=1), write("x"))
    assert (state, (first.data / "sub" / "data.txt").read_text()) == ("made", "x")
    again, state = obtain(store, recipe(a=1), lambda space: pytest.fail("made twice"))
    assert (state, again.folder) == ("hit", first.folder)
    assert not store.work(recipe(a=1).key).exists()


def test_volatile_files_do_not_enter_the_content_digest(tmp_path):
    one, _ = obtain(Store(tmp_path / "1"), recipe(), write("x"))
    two, _ = obtain(Store(tmp_path / "2"), recipe(), write("x"))
    three, _ = obtain(Store(tmp_path / "3"), recipe(), write("y"))
    assert one.manifest.content == two.manifest.content != three.manifest.content
    assert one.manifest.outputs["times.log"] != two.manifest.outputs["times.log"]


def test_a_cache_that_was_moved_still_hits(tmp_path):
    obtain(Store(tmp_path / "old"), recipe(), write("x"))
    (tmp_path / "old").rename(tmp_path / "new")
    assert Store(tmp_path / "new").lookup("demo", recipe().key)


def test_failure_publishes_nothing_and_keeps_scratch(tmp_path):
    store = Store(tmp_path)

    def fail(space: Workspace) -> None:
        (space.out / "half").write_text("x")
        (space.scratch / "checkpoint").write_text("10")
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError):
        obtain(store, recipe(), fail)
    assert store.lookup("demo", recipe().key) is None
    assert not (store.work(recipe().key) / "artifact").exists()

    def resume(space: Workspace) -> None:
        assert (space.scratch / "checkpoint").read_text() == "10"
        assert list(space.out.iterdir()) == []
        (space.out / "done").write_text("x")

    assert obtain(store, recipe(), resume)[1] == "made"


@pytest.mark.parametrize("damage", ["missing", "truncated", "manifest"])
def test_damaged_artifact_is_a_miss(tmp_path, damage):
    store = Store(tmp_path)
    artifact, _ = obtain(store, recipe(), write("content"))
    victim = artifact.folder / "manifest.json" if damage == "manifest" else artifact.data / "sub" / "data.txt"
    victim.unlink() if damage == "missing" else victim.write_text("{")
    assert store.lookup("demo", recipe().key) is None
    with pytest.warns(Notice, match=r"`demo` [0-9a-f]{12} is damaged: .*; it is in trash/"):
        assert obtain(store, recipe(), write("content"))[1] == "made"


def test_thorough_check_sees_flipped_bytes(tmp_path):
    artifact, _ = obtain(Store(tmp_path), recipe(), write("content"))
    (artifact.data / "sub" / "data.txt").write_text("cOntent")
    assert artifact.damage() == []
    assert artifact.damage(EVERYTHING) == ["sub/data.txt has other content"]


def test_two_threads_one_key_one_computation(tmp_path):
    made, states, messages = list[int](), list[str](), list[str]()

    def make(space: Workspace) -> None:
        made.append(1)
        time.sleep(0.3)
        (space.out / "x").write_text("x")

    def get() -> None:
        states.append(obtain(Store(tmp_path), recipe(), make, messages.append)[1])

    threads = [threading.Thread(target=get) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), sorted(states)) == (1, ["hit", "hit", "made"])
    assert any(f"process {os.getpid()}" in message for message in messages)


def test_lock_of_a_killed_process_is_free(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from xlalign.artifacts.store import Store\n"
        "with Store(Path(sys.argv[1])).lock('k'): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with Store(tmp_path).lock("k", waiting=pytest.fail):
        pass


def test_full_disk_and_read_only_cache_are_one_clear_message(tmp_path, monkeypatch):
    def full(space: Workspace) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CacheError, match="no space left") as caught:
        obtain(Store(tmp_path), recipe(), full)
    assert "xlalign cache gc" in (caught.value.hint or "")
    assert not (Store(tmp_path).work(recipe().key) / "artifact").exists()

    def denied(self: Path, *args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(CacheError, match="not writable") as caught:
        obtain(Store(tmp_path / "other"), recipe(), write("x"))
    assert "XLALIGN_CACHE" in (caught.value.hint or "")


def test_an_error_of_the_users_own_files_is_not_a_cache_error(tmp_path):
    def make(space: Workspace) -> None:
        (tmp_path / "nowhere" / "file").write_text("x")

    with pytest.raises(FileNotFoundError):
        obtain(Store(tmp_path / "cache"), recipe(), make)


def test_explain_names_the_field(tmp_path):
    store = Store(tmp_path)
    obtain(store, recipe(temperature=0.1, steps=10), write("x"))
    assert (
        History(store).why_missing("demo", "demo", recipe(temperature=0.05, steps=10).hashed)
        == "temperature 0.1 -> 0.05"
    )
    assert History(store).why_missing("demo", "other", recipe().hashed) == "new"
    assert differences({"inputs": {"bitext": "a"}}, {"inputs": {"bitext": "b"}}) == ["input bitext changed"]


def test_collection_keeps_what_runs_need(tmp_path):
    store = Store(tmp_path)
    base, _ = obtain(store, recipe(a=1), write("x"))
    child = Recipe("demo", "child", 1, {"b": 1}, {"model": base.manifest.content})
    obtain(store, child, write("y"))
    loose, _ = obtain(store, recipe(a=2), write("z"))
    record(store, "quickstart", {"child": {"stage": "demo", "key": child.key, "state": "made", "seconds": 1}})
    assert [run.pipeline for run in records(store)] == ["quickstart"]
    items = garbage(store, keep_runs=1, grace=0)
    assert [item.key for item in items] == [loose.manifest.key]
    assert garbage(store, keep_runs=1) == []  # everything is younger than the grace period
    assert sweep(store, items) == items[0].size > sum(file.size for file in loose.manifest.outputs.values())
    assert store.lookup("demo", recipe(a=2).key) is None
    assert len(garbage(store, keep_runs=0, grace=0)) == 2


def test_collection_leaves_locked_work_alone(tmp_path):
    store = Store(tmp_path)
    (store.work("k") / "scratch").mkdir(parents=True)
    with store.lock("k"):
        assert garbage(store, keep_runs=1, grace=0) == []
    assert [item.stage for item in garbage(store, keep_runs=1, grace=0)] == ["work"]


def test_manifest_has_no_private_facts(tmp_path):
    artifact, _ = obtain(Store(tmp_path), recipe(), write("x"))
    text = (artifact.folder / "manifest.json").read_text()
    assert str(tmp_path) not in text
    assert os.uname().nodename not in text or len(os.uname().nodename) < 4


def test_digest_of_a_path(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_text("1")
    before = digest_path(tmp_path / "a")
    (tmp_path / "a" / "f").write_text("2")
    assert digest_path(tmp_path / "a") != before
    assert digest_path(tmp_path / "a" / "f") == hashlib.sha256(b"2").hexdigest()
