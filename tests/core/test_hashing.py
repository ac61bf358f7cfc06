import numpy as np

from xlalign.hashing import key, mix, text_hashes, uniform

MASK = 2**64 - 1


def splitmix64(state: int) -> int:
    """The reference implementation, in Python's integers (https://prng.di.unimi.it/splitmix64.c)."""
    state = (state + 0x9E3779B97F4A7C15) & MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def test_the_example_of_the_docstring_and_the_published_generator():
    assert mix(0, 0) == 0xE220A8397B1DCDAF == splitmix64(0)
    assert mix(0, 1) == 0x6E789E6AA1B965F4 == splitmix64(0x9E3779B97F4A7C15)
    seeds = [0, 1, 1234567, MASK]
    assert mix(np.array(seeds, np.uint64), 0).tolist() == [splitmix64(seed) for seed in seeds]


def test_arrays_broadcast_and_wrap():
    table = mix(np.arange(3, dtype=np.uint64)[:, None], np.arange(4))
    assert table.shape == (3, 4)
    assert table[2, 3] == mix(2, 3)
    assert mix(7, -1) == mix(7, np.uint64(MASK))
    assert mix(7, 3, 4) == mix(int(mix(7, 3)), 4)


def test_what_the_house_computed_by_hand_before():
    values = np.array([0, 5, MASK], np.uint64)
    by_hand = (values + np.uint64(2)) * np.uint64(0x9E3779B97F4A7C15)  # the order of batches, under key 1
    by_hand = (by_hand ^ (by_hand >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    by_hand = (by_hand ^ (by_hand >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    assert (mix(0, values + np.uint64(1)) == by_hand ^ (by_hand >> np.uint64(31))).all()


def test_uniform_numbers_lie_in_the_half_open_interval():
    drawn = uniform(mix(key(3, "x"), np.arange(10_000)))
    assert 0 <= drawn.min() < 0.01
    assert 0.99 < drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 0.01
    assert uniform(np.array([MASK], np.uint64))[0] < 1


def test_texts_and_keys_are_told_apart():
    assert text_hashes(["a", "b", "a"]).tolist()[0::2] == [text_hashes(["a"])[0]] * 2
    assert key(1, "a") != key("1", "a")
    assert text_hashes([]).shape == (0,)
