"""The graph of a pipeline: every stage as a node, and what is wrong with how stages name each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from pydantic import ValidationError

from xlalign.config import Settings
from xlalign.config.faults import Fault, collecting, fail
from xlalign.config.load import mistakes_of
from xlalign.stages.base import Node, Section, Sections, Stages, place_of


def graph_of(sections: Sections, stages: Stages) -> tuple[dict[str, Node], list[Fault]]:
    """The nodes of all stages by name, and the mistakes: a name twice, an unknown name, stages in a circle."""
    nodes: dict[str, Node] = {}
    faults: list[Fault] = []
    for section in sections.values():
        for name, settings in stages.get(section.name, {}).items():
            place = place_of(section.name, name)
            with collecting(faults, place):
                for node in _nodes(section, name, settings, stages):
                    # Two stages may read the same tokens: one node, asked for twice.
                    if nodes.get(node.name, node) != node and node.name not in sections:  # of those the table tells
                        hint = f"rename [{place}]; names are shared by all tables"
                        faults.append(Fault(place, f"two stages have the name `{node.name}`", hint))
                    nodes.setdefault(node.name, node)
    named = {name for own in stages.values() for name in own}
    return nodes, [*faults, *_circles(nodes, named)]


def _nodes(section: Section, name: str, settings: Settings, stages: Stages) -> list[Node]:
    """The nodes of one stage; options that only show to be wrong once the preset or task is known are mistakes too."""
    try:
        return section.nodes(name, settings, stages)
    except ValidationError as error:
        place = place_of(section.name, name)
        fail(place, mistakes_of(section.settings, error, place))
        raise


def _circles(nodes: Mapping[str, Node], stages: Set[str]) -> Iterator[Fault]:
    """Stages that wait for each other; what they make on the way is not named."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[Fault]:
        # a -> b -> c -> b: at the second b the circle is b -> c -> b, and a only leads to it.
        if name in path:
            members = [member for member in path[path.index(name) :] if member in stages]
            circle = " -> ".join([*members, members[0]])
            yield Fault("", f"stages wait for each other: {circle}", 'begin one with from = "scratch:nano" or a model')
        elif name not in done and name in nodes:
            for source in nodes[name].inputs.values():
                yield from visit(source, (*path, name))
            done.add(name)

    for name in nodes:
        yield from visit(name, ())
