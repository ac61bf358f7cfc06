from xlalign import progress


def test_nothing_happens_without_a_listener():
    assert list(progress.track(range(3), "count")) == [0, 1, 2]


def test_events_reach_the_listener_in_order():
    seen: list[progress.Event] = []
    with progress.listening(seen.append), progress.task("train", total=10, unit="steps") as task:
        task.advance(4, note="loss 2.1")
        assert list(progress.track("ab", "inner")) == ["a", "b"]
    assert [event.kind for event in seen] == ["start", "advance", "start", "advance", "advance", "end", "end"]
    assert (seen[0].total, seen[0].unit, seen[1].done, seen[1].note) == (10, "steps", 4, "loss 2.1")
    assert seen[0].task == seen[-1].task != seen[2].task
