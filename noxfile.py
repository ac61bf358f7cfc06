"""`nox` runs lint, typecheck and tests; `nox -l` lists the rest."""

import shutil
from pathlib import Path

import nox

nox.options.sessions = ["lint", "typecheck", "tests"]
nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True

PROJECT = nox.project.load_toml("pyproject.toml")
DEV = nox.project.dependency_groups(PROJECT, "dev")
CONSTRAINTS = ("-c", "constraints.txt")
LOCK = "requirements.lock"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}


def tool(name: str) -> list[str]:
    """The requirements of one development tool, as pyproject.toml states them."""
    return [requirement for requirement in DEV if requirement.startswith(name)]


def install_project(session: nox.Session, *extra: str) -> None:
    install_torch(session)
    session.install(*CONSTRAINTS, "-e", ".", *extra, silent=True)


def install_torch(session: nox.Session) -> None:
    # First and alone: a constraint keeps every later install from replacing it by a CUDA build.
    session.install(*CONSTRAINTS, "torch", silent=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint rules, import contracts and spelling."""
    session.install(*CONSTRAINTS, *tool("ruff"), *tool("typos"), *tool("import-linter"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("typos")
    session.run("lint-imports", env={"PYTHONPATH": "."})


@nox.session
def typecheck(session: nox.Session) -> None:
    """mypy, strict, over all that is Python here; what tests use beyond pytest is untyped (pyproject.toml)."""
    install_project(session, *tool("mypy"), *tool("nox"), *tool("pytest"), *tool("hypothesis"))
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """The default tests: offline, random order."""
    extras = ("icu4py", "sil-thot")
    install_project(session, *extras, *tool("pytest"), *tool("hypothesis"), *tool("scikit-learn"), *tool("tensorboard"))
    # A file stays in one process: what its tests share is made once.
    arguments = session.posargs or ["-n", "2", "--dist", "loadfile", "-m", "not slow"]
    session.run("pytest", *arguments, env=ONE_THREAD)


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines the default tests run; a quarter slower than `tests`."""
    install_project(session, *tool("pytest"), *tool("hypothesis"), *tool("scikit-learn"), *tool("tensorboard"))
    session.run("pytest", "-n", "2", "-m", "not slow", "--cov", "--cov-report=term:skip-covered", env=ONE_THREAD)


@nox.session
def slow(session: nox.Session) -> None:
    """The tests that take minutes: the promise of the quickstart, kills at random moments."""
    install_project(session, "ray", *tool("pytest"), *tool("hypothesis"), *tool("scikit-learn"), *tool("sentence"))
    session.run("pytest", "-m", "slow", "-p", "no:randomly", *session.posargs, env=ONE_THREAD)


@nox.session
def lock(session: nox.Session) -> None:
    """Write the digests of every release that constraints.txt names; to be run after an edit there."""
    session.install(*CONSTRAINTS, *tool("uv"))
    quiet = ("--quiet", "--no-annotate", "--no-header", "--custom-compile-command", "nox -s lock")
    # Nothing is resolved: the tested set is closed, which a test sees to.
    files = ("constraints.txt", "--no-deps", "--universal", "--python-version", "3.11.5", "--output-file", LOCK)
    session.run("uv", "pip", "compile", "--generate-hashes", *quiet, *files)


@nox.session
def locked(session: nox.Session) -> None:
    """Every release of the tested set, installed by its digest alone: licences, canaries, nothing missing."""
    session.install(*CONSTRAINTS, "torch", silent=True)  # the CPU build, which the lock's torch is not
    session.install("--no-deps", "--require-hashes", "-r", LOCK, silent=True)
    session.install("--no-deps", "-e", ".", silent=True)
    everything = ONE_THREAD | {"XLALIGN_ALL_INSTALLED": "1"}
    session.run("pytest", "tests/core/test_supply_chain.py", "tests/core/test_canaries.py", env=everything)


@nox.session
def families(session: nox.Session) -> None:
    """The battery over all encoder families with twelve layers each (default tests: three)."""
    install_project(session, *tool("pytest"), *tool("hypothesis"), *tool("sentence"))
    battery = ["tests/modeling/test_families.py", "tests/training/test_every_family.py"]
    session.run("pytest", "-p", "no:randomly", *battery, *session.posargs, env=ONE_THREAD | {"XLALIGN_LAYERS": "12"})


@nox.session
def docs(session: nox.Session) -> None:
    """Generated pages are current, and the site builds without a warning."""
    install_project(session, *tool("mkdocs-material"))
    session.run("python", "docs/generate.py", "--check")
    session.run("mkdocs", "build", "--strict")


@nox.session
def pipelines(session: nox.Session) -> None:
    """Every pipeline file decodes and plans."""
    install_project(session, *tool("pytest"), *tool("hypothesis"))
    session.run("pytest", "tests/stages/test_pipeline_files.py")


@nox.session(reuse_venv=False)
def package(session: nox.Session) -> None:
    """Build the wheel, install it into a clean environment, run the quickstart from an empty folder."""
    wheels, empty = Path(session.create_tmp()) / "wheels", Path(session.create_tmp()) / "empty"
    session.run("python", "-m", "pip", "wheel", "--no-deps", "-w", str(wheels), ".", silent=True)
    install_torch(session)
    session.install(*CONSTRAINTS, *map(str, sorted(wheels.glob("xlalign-*.whl"))[-1:]), silent=True)
    empty.mkdir(exist_ok=True)
    cache = {"XLALIGN_CACHE": str(empty / "cache")}
    with session.chdir(empty):
        session.run("xlalign", "--help", silent=True)
        session.run("xlalign", "run", "quickstart", *session.posargs, env=cache)
        session.run("xlalign", "run", "quickstart", *session.posargs, env=cache)


@nox.session
def build(session: nox.Session) -> None:
    """Wheel and source distribution, checked by twine, and the wheel in a clean environment; publishes nothing."""
    dist = Path(session.create_tmp()) / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.install("build", "twine", silent=True)
    session.run("python", "-m", "build", "--outdir", str(dist), silent=True)
    session.run("twine", "check", "--strict", *map(str, sorted(dist.iterdir())))
    install_torch(session)
    session.install(*CONSTRAINTS, "--force-reinstall", "--no-deps", *map(str, dist.glob("*.whl")), silent=True)
    session.install(*CONSTRAINTS, *map(str, dist.glob("*.whl")), silent=True)
    with session.chdir(dist):
        session.run("xlalign", "--version")
        session.run("xlalign", "list", "pipelines")
        session.run("xlalign", "run", "quickstart", "--dry-run", env={"XLALIGN_CACHE": str(dist / "cache")})


@nox.session
def bench(session: nox.Session) -> None:
    """Ratios against peers, measured in one process run; figures go to benchmarks/results/."""
    install_project(session, *tool("pytest"), *tool("sentence"))
    chosen = session.posargs or sorted(str(path) for path in Path("benchmarks").glob("*_*.py"))
    for script in chosen:
        session.run("python", script, env={**ONE_THREAD, "PYTHONPATH": str(Path.cwd())})
