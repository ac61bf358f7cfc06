"""What is installed beside us: the releases that were tested, by digest, under licences that let everybody use them.

`nox -s locked` installs every line of the lock by its digest and runs this with all extras there.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ALL_THERE = "XLALIGN_ALL_INSTALLED" in os.environ
"""Everything is installed, so that a distribution that is not found is a fault and nothing to pass over."""

CUDA = re.compile(r"nvidia-|cuda-|triton$")
"""What torch from PyPI brings on Linux; the tested torch is the CPU build, which does without."""

PERMISSIVE = frozenset(
    {
        "0bsd", "apache-2.0", "apache-2.0 with llvm-exception", "bsd", "bsd-2-clause", "bsd-3-clause", "bsl-1.0",
        "cc0-1.0", "cnri-python", "isc", "mit", "mit-0", "mit-cmu", "psf-2.0", "unlicense", "zlib",
    }
)  # fmt: skip

WEAK = {
    "sil-thot": "LGPL-3.0: an extra, imported as it is and never bundled",
    "certifi": "MPL-2.0: a list of certificates, used as it is",
    "tqdm": "MPL-2.0 for some files: a progress bar of transformers and datasets, used as it is",
    "hypothesis": "MPL-2.0: a tool of the tests, not of those who use xlalign",
    "pathspec": "MPL-2.0: a tool of the linters and of the documentation",
}
"""Copyleft for its own files alone: allowed by name, with the reason."""

UNSTATED = {
    "ipadic": ("bsd-3-clause", "the dictionary's licence of NAIST (2003), of the BSD kind; COPYING in the package"),
}
"""Distributions whose metadata state none: what their own files say."""


def pins(text: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.fixture(scope="module")
def constraints() -> dict[str, str]:
    return pins((ROOT / "constraints.txt").read_text())


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def wanted(project: dict[str, Any]) -> list[Requirement]:
    """What pyproject.toml asks for: always, by extras, and for development."""
    fields = project["project"]
    extras = [line for lines in fields["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in [*fields["dependencies"], *extras, *project["dependency-groups"]["dev"]]]


def test_the_lock_has_a_digest_for_every_release_of_the_tested_set(constraints):
    lock = (ROOT / "requirements.lock").read_text()
    assert pins(lock) == constraints, "run `nox -s lock` after an edit of constraints.txt"
    for entry in re.split(r"^(?=\S+==)", lock, flags=re.MULTILINE)[1:]:
        digests = re.findall(r"--hash=sha256:([0-9a-f]+)", entry)
        assert digests, entry.split()[0]
        assert {len(each) for each in digests} == {64}


def test_the_tested_set_is_what_the_project_asks_for(project, constraints):
    for requirement in wanted(project):
        version = constraints.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in constraints.txt"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement}: tested with {version}"


def test_whose_insides_are_read_has_an_upper_bound(project):
    """The next release may move them; test_canaries.py says what is read."""
    bounds = {each.name: {part.operator for part in each.specifier} for each in wanted(project)}
    for name in ("transformers", "tokenizers", "py3langid", "sacrebleu", "accelerate", "peft", "torch"):
        assert "<" in bounds[name], name


def test_what_they_need_is_in_the_tested_set_too(project, constraints):
    missing = {name for name, _ in closure(project) if name not in constraints}
    assert missing == set(), "add them to constraints.txt, then `nox -s lock`"


def closure(project: dict[str, Any]) -> Iterator[tuple[str, Distribution | None]]:
    """Every distribution that is needed here, with all extras asked for, as far as it is installed."""
    queue, seen = wanted(project), set[tuple[str, frozenset[str]]]()
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(requirement.extras)) in seen or CUDA.match(name):
            continue
        seen.add((name, frozenset(requirement.extras)))
        try:
            found = distribution(name)
        except PackageNotFoundError:
            yield name, None
            continue
        yield name, found
        lines = (Requirement(line) for line in found.requires or [])
        queue += [line for line in lines if _asked_for(line, requirement.extras)]


def _asked_for(line: Requirement, extras: set[str]) -> bool:
    return line.marker is None or any(line.marker.evaluate({"extra": extra}) for extra in ["", *extras])


def test_every_licence_lets_everybody_use_it(project):
    there = {name: found for name, found in closure(project) if found}
    for name, found in there.items():
        stated = UNSTATED[name][0] if name in UNSTATED else licence(found)
        assert name in WEAK or allowed(stated), f"{name} {found.version} is under `{stated}`"
    assert not ALL_THERE or there.keys() >= {*WEAK, *UNSTATED}, "a row that nothing needs any more"


def test_everything_is_here_where_it_should_be(project):
    missing = sorted(name for name, found in closure(project) if found is None)
    if missing and not ALL_THERE:
        pytest.skip(f"`nox -s locked` has these too: {', '.join(missing)}")
    assert missing == []


def licence(found: Distribution) -> str:
    """As metadata 2.4 states it, else by classifier, else in the free field, in the terms of SPDX."""
    stated = found.metadata.get_all("License-Expression") or []
    classifiers = [
        line.split(" :: ")[-1] for line in found.metadata.get_all("Classifier") or [] if "License ::" in line
    ]
    free = (found.metadata.get_all("License") or [""])[0].strip().split("\n")[0]
    return stated[0] if stated else " OR ".join(map(spdx, classifiers)) or spdx(free)


SPELLINGS = (
    (r".*MPL.*|.*Mozilla.*", "MPL-2.0"),
    (r".*(GPL|General Public|Affero).*", "GPL"),
    (r"Apache.*", "Apache-2.0"),
    (r".*BSD.*", "BSD-3-Clause"),
    (r".*ISC.*", "ISC"),
    (r"MIT( License)?", "MIT"),
    (r".*Python Software Foundation.*|PSF.*", "PSF-2.0"),
    (r".*Unlicense.*", "Unlicense"),
)


def spdx(text: str) -> str:
    return next((name for pattern, name in SPELLINGS if re.fullmatch(pattern, text)), text)


def allowed(expression: str) -> bool:
    """Whether some choice of an expression is permissive: all parts of an AND, one of an OR.

    >>> allowed("MIT OR GPL-3.0"), allowed("MIT AND GPL-3.0")
    (True, False)
    """
    plain = expression.replace("(", " ").replace(")", " ")
    return any(
        all(part.strip().lower() in PERMISSIVE for part in re.split(r"\s+and\s+", choice, flags=re.IGNORECASE))
        for choice in re.split(r"\s+or\s+", plain, flags=re.IGNORECASE)
    )


@pytest.mark.parametrize(
    ("stated", "fine"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("LGPL-2.1", False),
        ("", False),
        ("Proprietary", False),
        (spdx("GNU General Public License v3 (GPLv3)"), False),
        (spdx("Apache Software License"), True),
        (spdx("3-Clause BSD License"), True),
    ],
)
def test_licences_are_told_apart(stated, fine):
    assert allowed(stated) is fine


def test_digests_are_explained():
    """SECURITY.md says what they find, and what they do not."""
    text = (ROOT / "SECURITY.md").read_text()
    for phrase in ("They find accidents", "They are no signature", "trust on first use", "requirements.lock"):
        assert phrase in text
