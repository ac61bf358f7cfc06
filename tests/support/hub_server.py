"""A local imitation of the hub: repositories are read at one commit, and what is uploaded is kept."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class HubServer(ThreadingHTTPServer):
    """`repositories[name][path]` is served; `created` and `uploaded` are what clients sent; `requests` their paths."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _HubHandler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.created: list[dict[str, Any]] = []
        self.uploaded: dict[str, bytes] = {}
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _HubHandler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(f"{self.command} {path}")
        for name, files in self.server.repositories.items():
            if path.startswith(f"/api/models/{name}/tree/"):
                return self.reply([self.entry(*item) for item in files.items()])
            if path == f"/api/models/{name}" or path.startswith(f"/api/models/{name}/revision/"):
                return self.reply({"id": name, "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]})
            if path.startswith(f"/{name}/resolve/"):
                file = path.removeprefix(f"/{name}/resolve/").partition("/")[2]
                if file in files:
                    tag = hashlib.sha256(files[file]).hexdigest()
                    return self.reply(files[file], {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT})
                return self.reply(b"", {"X-Error-Code": "EntryNotFound"}, 404)
        return self.reply({"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}, 404)

    def entry(self, path: str, content: bytes) -> dict[str, Any]:
        return {"type": "file", "path": path, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        self.server.requests.append(f"POST {path}")
        if path == "/api/repos/create":
            self.server.created.append(json.loads(body))
            name = f"{json.loads(body).get('organization', 'me')}/{json.loads(body)['name']}"
            return self.reply({"url": f"{self.server.url}/{name}", "id": name, "name": name})
        if path == "/api/validate-yaml":
            return self.reply({"errors": [], "warnings": []})
        if "/preupload/" in path:
            wanted = json.loads(body)["files"]
            modes = [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in wanted]
            return self.reply({"files": modes})
        assert "/commit/" in path, path
        for line in map(json.loads, body.splitlines()):
            if line["key"] == "file":
                self.server.uploaded[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
        where = path.removeprefix("/api/").removeprefix("models/").partition("/commit/")[0]
        return self.reply(
            {"success": True, "commitOid": COMMIT, "commitUrl": f"{self.server.url}/{where}/commit/{COMMIT}"}
        )

    def reply(self, answer: Any, headers: dict[str, str] | None = None, status: int = 200) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def serving_hub() -> Iterator[HubServer]:
    server = HubServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
