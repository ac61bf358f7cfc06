"""A local HTTP server that serves bytes, with a script of faults for the first requests."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Server(ThreadingHTTPServer):
    """`content[path]` is served; `faults` are consumed one a request; `requests` are (path, Range header)."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.faults: list[str] = []
        self.requests: list[tuple[str, str | None]] = []
        self.ranges = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        wanted, server = self.headers.get("Range"), self.server
        server.requests.append((self.path, wanted))
        fault, _, argument = (server.faults.pop(0) if server.faults else "").partition(":")
        self.close_connection = True
        if fault == "status":
            return self.answer(int(argument), b"no", {"Retry-After": "7"} if argument == "503" else {})
        if fault == "redirect":
            return self.answer(302, b"", {"Location": argument or self.path})
        path = self.path if self.path in server.content else urlsplit(self.path).path
        if path not in server.content:
            return self.answer(404, b"not here", {})
        if fault == "change":
            server.content[path] = server.content[path][::-1]
        return self.send(path, wanted, fault, argument)

    def send(self, path: str, wanted: str | None, fault: str, argument: str) -> None:
        body, status = self.server.content[path], 200
        etag = f'"{hashlib.md5(body).hexdigest()}"'
        headers = {"ETag": etag, **self.server.headers.get(path, {})}
        if wanted and self.server.ranges and self.headers.get("If-Range") in (None, etag):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                return self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
            if fault == "shifted":
                start -= 1
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            body, status = body[start:], 206
        if fault == "no-etag":
            headers.pop("ETag")
        length = str(len(body) + int(argument or 0)) if fault == "length" else str(len(body))
        if fault == "stall":
            time.sleep(float(argument))
        shown = body[: int(argument)] if fault == "cut" else body
        return self.answer(status, shown, {**headers, "Content-Length": length}, drip=fault == "drip")

    def answer(self, status: int, body: bytes, headers: dict[str, str], drip: bool = False) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for i in range(0, len(body), 25_000 if drip else max(1, len(body))):
            self.wfile.write(body[i : i + 25_000] if drip else body)
            self.wfile.flush()
            time.sleep(0.01 if drip else 0)


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
