"""A local server for the tests of downloads, which may open sockets to this machine alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fault_server import Server, serving


@pytest.fixture
def server(socket_enabled: None) -> Iterator[Server]:
    with serving() as running:
        yield running
