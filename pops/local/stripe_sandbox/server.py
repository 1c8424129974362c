"""The HTTP server: one thread a connection, keep-alive, 127.0.0.1 only."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from pops.local.stripe_sandbox.types import HttpReply, HttpRequest

LONGEST_BODY = 1_000_000
IDLE_SECONDS = 120
Answer = Callable[[HttpRequest], HttpReply]


class Handler(BaseHTTPRequestHandler):
    """Turns the wire into an HttpRequest and an HttpReply into bytes."""

    protocol_version = "HTTP/1.1"
    server_version = "StripeSandbox"
    sys_version = ""
    timeout = IDLE_SECONDS
    wbufsize = -1  # Headers and body leave in one packet.
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self.send_error(413 if length.isdigit() else 400)
            self.close_connection = True
            return
        body = self.rfile.read(int(length)).decode(errors="replace")
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._reply(self.server.answer(HttpRequest(self.command, parts.path, parts.query, body, headers)))

    do_GET = do_POST = do_DELETE = do_OPTIONS = do_HEAD = _serve  # noqa: N815 - the names http.server looks for

    def _reply(self, reply: HttpReply) -> None:
        if reply.status == 0:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the dashboard shows what happened."""


class Server(ThreadingHTTPServer):
    """Answers until `stop`, which also closes the connections that clients keep open."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away mid-answer is nothing to report."""

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True, name="stripe-sandbox").start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
