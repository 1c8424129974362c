"""The demo's other program: takes the webhooks it is told of, shows them, and can be away."""

import datetime as dt
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SHOWN = 100
AWAY = "away"


@dataclass(frozen=True)
class Hook:
    """A webhook as it came in."""

    at: str
    id: str
    type: str
    body: str
    is_signed: bool
    status: int  # it was answered with

    @property
    def said(self) -> str:
        """What the program made of it."""
        return f"signature {'good' if self.is_signed else 'wrong'}, answered {self.status}"

    @property
    def came_at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)


def take(body: bytes, headers: Mapping[str, str], *, known: list[str]) -> int:
    """Keep what came in, and the status to answer with. Taken is what one of the known secrets signed."""
    signed = any(_is_signed(body, headers, secret) for secret in known)
    status = 503 if is_away() else 200 if signed else 400
    at = dt.datetime.now(dt.UTC).isoformat()
    hook = Hook(at, headers.get("webhook-id", ""), _type(body), body.decode(errors="replace"), signed, status)
    half = _folder() / f"{at.replace(':', '')}-{secrets.token_hex(4)}.new"
    half.write_text(json.dumps(asdict(hook)))
    half.rename(half.with_suffix(".hook"))  # complete at once for a page that looks at this moment
    return status


def list_hooks() -> list[Hook]:
    """What came in, newest first."""
    files = sorted(_folder().glob("*.hook"), reverse=True)[:SHOWN]
    return [Hook(**json.loads(file.read_text())) for file in files]


def is_away() -> bool:
    """Whether the program answers with 503, as one that is being upgraded."""
    return (_folder() / AWAY).exists()


def be_away(away: bool) -> None:
    """Take nothing from now on, or everything again."""
    if away:
        (_folder() / AWAY).touch()
    else:
        (_folder() / AWAY).unlink(missing_ok=True)


def _folder() -> Path:
    return Path(os.environ["POPS_HOOK_DIR"])


def _is_signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _type(body: bytes) -> str:
    try:
        return str(json.loads(body).get("type", ""))
    except (ValueError, AttributeError):
        return ""
