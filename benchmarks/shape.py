"""The shape of the house in figures: `python benchmarks/shape.py [FOLDER]`. They point, they do not rule.

Imports are read off the source, those inside functions and under TYPE_CHECKING included: a cycle that only a lazy
import closes is still two rooms that know each other.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

SHORT, LONG = 30, 40
"""Lines: a file that has to earn its door, a function that is too long."""


class House:
    """The modules of one package.

    Args:
        folder: the package.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = {self._module(path): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}
        self.trees = {name: ast.parse(text) for name, text in self.sources.items()}

    def _module(self, path: Path) -> str:
        parts = path.relative_to(self.folder.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def lines(self) -> dict[str, int]:
        """Lines of each module."""
        return {name: text.count("\n") for name, text in self.sources.items()}

    @cached_property
    def functions(self) -> list[tuple[int, str]]:
        """Lines of code of each function, decorator and docstring aside, and where it is."""
        found = []
        for name, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                    head = body[0].lineno - 1 if body is not node.body else node.lineno
                    found.append((node.end_lineno - head if node.end_lineno else 0, f"{name}:{node.name}"))
        return sorted(found)

    @cached_property
    def comments(self) -> int:
        """Lines that hold a comment, those to tools aside."""
        return sum(_comments(text) for text in self.sources.values())

    def imports(self, *, lazy: bool) -> dict[str, set[str]]:
        """Module -> modules of the package that it imports.

        Args:
            lazy: with those inside functions and under TYPE_CHECKING; else those that run when the module is imported.
        """
        return {name: set(self._imported(name, lazy)) - {name} for name in self.trees}

    def _imported(self, name: str, lazy: bool) -> Iterator[str]:
        tree = self.trees[name]
        for node in ast.walk(tree) if lazy else tree.body:
            if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield from [found for found in (inner, node.module) if found in self.trees][:1]
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if alias.name in self.trees)

    def shared_names(self) -> dict[str, set[str]]:
        """Class names that two packages of the house use, with those packages."""
        homes: dict[str, set[str]] = defaultdict(set)
        for name, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    homes[node.name].add(".".join(name.split(".")[:2]))
        return {name: packages for name, packages in sorted(homes.items()) if len(packages) > 1}


def cycles(imports: Mapping[str, Set[str]]) -> list[frozenset[str]]:
    """The groups of modules that reach each other (Tarjan 1972): those of two or more are cycles."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    groups: list[frozenset[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        path.append(name)
        for other in sorted(imports[name]):
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], number[other])
        # a -> b -> c -> b: numbers 0 1 2, lowest 0 1 1; at b the path [a, b, c] is cut, and b and c are a group.
        if lowest[name] == number[name]:
            groups.append(frozenset(path[path.index(name) :]))
            del path[path.index(name) :]

    for name in imports:
        if name not in number:
            visit(name)
    return groups


def chain(imports: Mapping[str, Set[str]]) -> list[str]:
    """The longest chain of imports; a cycle counts as one link, named by its first module and `+`."""
    groups = {name: group for group in cycles(imports) for name in group}
    below = {group: {groups[other] for name in group for other in imports[name]} - {group} for group in groups.values()}
    longest: dict[frozenset[str], list[str]] = {}
    for group in TopologicalSorter(below).static_order():  # what a module imports comes before it
        rest = max((longest[other] for other in below[group]), key=len, default=[])
        longest[group] = [min(group) + "+" * (len(group) > 1), *rest]
    return max(longest.values(), key=len)


def _comments(text: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    words = (token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT)
    return sum(not word.startswith(("noqa", "type:", "fmt:", "pragma")) for word in words)


def _short(name: str) -> str:
    """The name within the package."""
    return name.partition(".")[2] or name


def main() -> None:
    """Print the figures."""
    house = House(Path(sys.argv[1] if len(sys.argv) > 1 else "xlalign"))
    files = {name: lines for name, lines in house.lines.items() if lines}
    total = sum(files.values())
    inits = {name for name in files if (house.folder.parent / Path(*name.split(".")) / "__init__.py").is_file()}
    short = sorted(name for name, lines in files.items() if lines < SHORT and name not in inits)
    sizes = [size for size, _ in house.functions]
    print(f"files              {len(files)}, {len(files) - len(inits)} without __init__")
    print(f"lines              {total}, median {median(files.values()):.0f}, largest {max(files.values())}")
    print(
        f"functions          {len(sizes)}, median {median(sizes):.0f} lines, {sum(s > LONG for s in sizes)} over {LONG}"
    )
    print(f"comments           {100 * house.comments / total:.2f} % of the lines (one in {total // house.comments})")
    everything = house.imports(lazy=True)
    for label, imports in (("longest chain", house.imports(lazy=False)), ("with lazy, types", everything)):
        longest = chain(imports)
        print(f"{label:18} {len(longest)}: {' -> '.join(map(_short, longest))}")
    loops = [sorted(group) for group in cycles(everything) if len(group) > 1]
    print(f"cycles             {len(loops)}")
    for loop in loops:
        print(f"                   {', '.join(map(_short, loop))}")
    shared = house.shared_names()
    print(f"names in two rooms {len(shared)}: {', '.join(shared)}")
    print(f"files < {SHORT} lines   {len(short)}: {', '.join(map(_short, short))}")


if __name__ == "__main__":
    main()
