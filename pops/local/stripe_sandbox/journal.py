"""What survives a restart: a file with one JSON array of changed objects per request."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pops.local.stripe_sandbox.types import Obj


class Journal:
    """Append-only; rewritten with only the latest states whenever the sandbox starts. None keeps nothing."""

    def __init__(self, data_dir: Path | None) -> None:
        self.path = data_dir / "journal.jsonl" if data_dir else None
        if data_dir:
            data_dir.mkdir(parents=True, exist_ok=True)

    def load(self) -> Iterator[Obj]:
        """Every object in the order it was written. A line torn by a crash ends the journal."""
        if not self.path or not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    yield from json.loads(line)
                except ValueError:
                    return

    def append(self, objects: Iterable[Obj]) -> None:
        """Write one request's changes as one line, so that a crash keeps all of them or none."""
        if self.path:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(list(objects), separators=(",", ":")) + "\n")

    def rewrite(self, objects: Iterable[Obj]) -> None:
        if not self.path:
            return
        fresh = self.path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps([one], separators=(",", ":")) + "\n" for one in objects)
        os.replace(fresh, self.path)
