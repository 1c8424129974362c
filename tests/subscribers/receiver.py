"""Another program on this machine: takes what is posted to it, and misbehaves when told to."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What it may do instead of answering with a status.
RUBBISH, DRIP = "rubbish", "drip"


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers 200 until `answer` says otherwise: a status, a status with a body, or one of the words above."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answer: Callable[[Got], Any] = lambda got: 200
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                got = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                with receiver._lock:
                    receiver.got.append(got)
                receiver.reply(self, receiver.answer(got))

            def do_GET(self) -> None:
                raise AssertionError("nobody asks it anything")

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/in?key=1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def reply(self, handler: BaseHTTPRequestHandler, answer: Any) -> None:
        if answer == RUBBISH:
            handler.wfile.write(b"\x00\xff not a word of http\r\n\r\n")
            return
        if answer == DRIP:
            for _ in range(200):
                try:
                    handler.wfile.write(b"H")
                except OSError:
                    return
                time.sleep(0.02)
            return
        status, body = answer if isinstance(answer, tuple) else (answer, b"")
        handler.send_response(status)
        if 300 <= status < 400:
            handler.send_header("location", self.url)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def ids(self) -> list[str]:
        return [got.headers["webhook-id"] for got in self.got]
