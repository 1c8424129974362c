"""How old the oldest is of what waits to be worked off, beside what is promised."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

SQL = (Path(__file__).parent / "waits.sql").read_text()
# Where receipts without a PDF are looked for while somebody waits for the page; the nightly check looks through all.
RECENT = 10_000

# By name in waits.sql: what it is called, and how long the oldest may wait.
PROMISES = {
    "events": ("Messages from Stripe", dt.timedelta(minutes=10)),
    "payments": ("Payments in the air, since Stripe was last asked", dt.timedelta(minutes=30)),
    "refunds": ("Refunds in the air, since Stripe was last asked", dt.timedelta(minutes=30)),
    "codes": ("Sign-in codes", dt.timedelta(minutes=2)),
    "mails": ("Receipts by email", dt.timedelta(hours=1)),
    "documents": ("Receipts without a PDF", dt.timedelta(minutes=30)),
    "changes": ("Receipts that are not in the change feed", dt.timedelta(minutes=10)),
    "closes": ("Closes without their files", dt.timedelta(minutes=30)),
}


@dataclass(frozen=True)
class Wait:
    """Of one kind: how much waits, since when the oldest does, and how long it may."""

    name: str
    label: str
    promise: dt.timedelta
    waiting: int
    oldest: dt.datetime | None
    now: dt.datetime

    @property
    def age(self) -> dt.timedelta:
        """How long the oldest has waited; nothing when nothing waits."""
        return max(self.now - self.oldest, dt.timedelta()) if self.oldest else dt.timedelta()

    @property
    def age_words(self) -> str:
        """12 minutes, 3 hours; the larger unit alone, as nobody needs both."""
        minutes = int(self.age.total_seconds() // 60)
        for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
            if minutes >= size:
                return f"{minutes // size} {unit}{'s' * (minutes // size != 1)}"
        return "less than a minute"

    @property
    def is_late(self) -> bool:
        return self.age > self.promise


def find_waits(*, now: dt.datetime, recent: int | None = RECENT) -> list[Wait]:
    """What waits, a row a kind, in one statement. `recent`: receipts looked through for their PDF, None for all."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"recent": recent})
        found = {name: (waiting, oldest) for name, waiting, oldest in cursor.fetchall()}
    return [Wait(name, label, promise, *found[name], now) for name, (label, promise) in PROMISES.items()]
