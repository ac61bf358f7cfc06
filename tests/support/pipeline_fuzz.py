"""Pipeline files with mistakes that people and machines make: wrong values, stray keys, other tables, lost lines."""

import random

VALUES = (
    '3', '-1', '0', '1e400', 'nan', 'true', '"x"', '""', '[]', '{}', '[[]]', '["a"]', '{ a = 1 }', '"\\u0000"',
    '1979-05-27', '07:32:00', '1' * 5000, '9' * 400, '0x' + 'f' * 9000, '[' * 3000 + ']' * 3000, '1e-4', '"../../x"',
    '[{}]', '{ uri = 3 }', '"stage"', '-0.0', '"é"', '"scratch:nano"', '"micro:1"', '"folder:missing"', '["en"]',
)  # fmt: skip
KEYS = (
    "a", "from", "steps", '"../../x"', '""', '"a b"', "preset", "tasks", "models", "eval", "prepare", "profiles",
    "execution", "mirrors", "title", "__class__", '"."', "stage", "languages", '"é"', "sources", "learning_rate",
    "all", "kind", "objectives", "filters", "align-words", "pretrain", "diagnostics", "encoder", "data",
)  # fmt: skip
NOISE = ('"', "[", "]", "{", "=", ".", "\\", "\x00", "é", " ", "9")


def mutated(text: str, dice: random.Random) -> str:
    """The text with one to three mistakes."""
    lines = text.split("\n")
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        lines = dice.choice(MISTAKES)(lines, dice.randrange(len(lines)), dice) or [""]
    return "\n".join(lines)


def _value(lines: list[str], at: int, dice: random.Random) -> list[str]:
    fields = [i for i, line in enumerate(lines) if "=" in line] or [at]
    at = dice.choice(fields)
    return [*lines[:at], f"{lines[at].split('=')[0]} = {dice.choice(VALUES)}", *lines[at + 1 :]]


def _key(lines: list[str], at: int, dice: random.Random) -> list[str]:
    return [*lines[:at], f"{dice.choice(KEYS)} = {dice.choice(VALUES)}", *lines[at:]]


def _table(lines: list[str], at: int, dice: random.Random) -> list[str]:
    return [*lines[:at], f"[{'.'.join(dice.choices(KEYS, k=dice.randint(1, 3)))}]", *lines[at:]]


def _renamed(lines: list[str], at: int, dice: random.Random) -> list[str]:
    heads = [i for i, line in enumerate(lines) if line.startswith("[")] or [at]
    at = dice.choice(heads)
    return [*lines[:at], f"[{'.'.join(dice.choices(KEYS, k=dice.randint(1, 2)))}]", *lines[at + 1 :]]


def _lost(lines: list[str], at: int, dice: random.Random) -> list[str]:
    return [*lines[:at], *lines[at + 1 :]]


def _character(lines: list[str], at: int, dice: random.Random) -> list[str]:
    place = dice.randrange(len(lines[at]) + 1)
    return [*lines[:at], lines[at][:place] + dice.choice(NOISE) + lines[at][place + 1 :], *lines[at + 1 :]]


MISTAKES = (_value, _value, _value, _key, _table, _renamed, _lost, _character)
