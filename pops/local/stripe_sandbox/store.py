"""All objects, in memory and in the journal, behind one lock."""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pops.local.stripe_sandbox.journal import Journal
from pops.local.stripe_sandbox.types import Obj

ALPHABET = string.ascii_letters + string.digits


def random_id(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


class Store:
    """Objects by kind and id. Hold `lock` (or a `transaction`) while reading or changing any of them."""

    def __init__(self, journal: Journal) -> None:
        self.lock = threading.RLock()
        self._journal = journal
        self._kinds: dict[str, dict[str, Obj]] = {}
        self._changed: dict[str, Obj] = {}
        for obj in journal.load():
            self._keep(obj)
        journal.rewrite(obj for kind in self._kinds.values() for obj in kind.values())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything put inside becomes one line of the journal, also when a decline is raised out of it."""
        with self.lock:
            try:
                yield
            finally:
                self._flush()

    def put(self, obj: Obj) -> Obj:
        self._keep(obj)
        self._changed[obj["id"]] = obj
        return obj

    def remove(self, obj: Obj) -> None:
        self.put({**obj, "_removed": True})

    def find(self, kind: str, id_: str | None) -> Obj | None:
        return self._kinds.get(kind, {}).get(id_ or "")

    def find_any(self, id_: str) -> Obj | None:
        """The object with this id, whatever its kind."""
        return next((kind[id_] for kind in self._kinds.values() if id_ in kind), None)

    def newest_first(self, kind: str) -> list[Obj]:
        newest = reversed(self._kinds.get(kind, {}).values())
        return sorted(newest, key=lambda obj: obj["created"], reverse=True)

    def _keep(self, obj: Obj) -> None:
        kind = self._kinds.setdefault(obj["object"], {})
        if obj.get("_removed"):
            kind.pop(obj["id"], None)
        else:
            kind[obj["id"]] = obj

    def _flush(self) -> None:
        changed, self._changed = self._changed, {}
        if changed:
            self._journal.append(changed.values())
