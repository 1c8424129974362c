"""The texts of the demo: a file each, so that the page of texts reads what the sandbox wrote."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

STOPPED = "stopped.json"


@dataclass(frozen=True)
class KeptText:
    """A text that was sent, or a reader's answer."""

    to: str
    sender: str
    body: str
    is_answer: bool = False
    sid: str = field(default_factory=lambda: f"SM{secrets.token_hex(16)}")
    at: str = field(default_factory=lambda: dt.datetime.now(dt.UTC).isoformat())

    @property
    def sent_at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)

    @property
    def phone(self) -> str:
        """The patient's number."""
        return self.sender if self.is_answer else self.to


class Store:
    """Texts in a folder, and who answered STOP to which sender."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, text: KeptText) -> KeptText:
        """Write a text down: complete at once for a page that looks at this moment."""
        half = self.folder / f"{text.at.replace(':', '')}-{text.sid}.new"
        half.write_text(json.dumps(asdict(text)))
        half.rename(half.with_suffix(".text"))
        return text

    def newest(self, limit: int) -> list[KeptText]:
        """The latest texts, newest first."""
        files = sorted(self.folder.glob("*.text"), reverse=True)[:limit]
        return [KeptText(**json.loads(file.read_text())) for file in files]

    def is_stopped(self, sender: str, number: str) -> bool:
        """Whether the reader of a number wants nothing more from a sender."""
        return [sender, number] in self._stopped()

    def set_stopped(self, sender: str, number: str, *, stopped: bool) -> None:
        """Note STOP or START."""
        others = [pair for pair in self._stopped() if pair != [sender, number]]
        (self.folder / STOPPED).write_text(json.dumps([*others, [sender, number]] if stopped else others))

    def _stopped(self) -> list[list[str]]:
        file = self.folder / STOPPED
        return list(json.loads(file.read_text())) if file.exists() else []
