"""The change feed: a page at the millionth change beside the first, and what finding changes costs recording."""

import multiprocessing
import time
from collections.abc import Callable

from django.db import connection, connections

from benchmarks.data import make_guarantors
from benchmarks.recording import PAYMENTS, connect_pops, make_jobs
from benchmarks.together import run
from pops.changes.feed import Cursor, read_page
from pops.changes.models import Change
from pops.changes.sequencing import sequence_changes

CHANGES = 1_000_000
ASKS = 60
ROUNDS = 3
WIDTHS = (8, 16)
FILL = """
INSERT INTO changes_change (type, source_id, about, at, data)
SELECT 'receipt.created', n, 'receipt ' || n, now(),
       jsonb_build_object('receipt', n, 'kind', 'payment', 'status', 'paid', 'channel', 'online', 'refund_of', NULL,
                          'amount_cents', 5000 + n %% 900, 'currency', 'usd', 'received_on', '2026-03-02', 'batch', 1,
                          'account_number', 'A' || n %% 50000)
FROM generate_series(100000001, 100000000 + %(changes)s) n ORDER BY n
"""


def median(job: Callable[[], object], times: int) -> float:
    """Milliseconds."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        job()
        took.append(time.perf_counter() - begin)
    return 1000 * sorted(took)[times // 2]


def measure_pages() -> tuple[float, float]:
    """Milliseconds of the first page of 500 and of the one that ends with the millionth change, in turns."""
    last = Change.objects.order_by("-position")[500].position
    for position in (0, last):
        assert len(read_page(after=Cursor(0, position)).changes) == 500
    first, later = [], []
    for _ in range(ROUNDS):
        first.append(median(lambda: read_page(after=Cursor()), ASKS))
        later.append(median(lambda: read_page(after=Cursor(0, last)), ASKS))
    return min(first), min(later)


def record(width: int, *, sequenced: bool) -> float:
    """Payments a second, with a sequencer beside or without: four times as often as in a practice, rounds are short."""
    jobs = make_jobs(width)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    over = context.Event()

    def sequence() -> None:
        while not over.wait(0.5):
            sequence_changes()

    beside = context.Process(target=sequence)
    if sequenced:
        beside.start()
    try:
        return run(connect_pops, jobs)
    finally:
        over.set()
        if sequenced:
            beside.join()


def measure_recording(width: int) -> tuple[float, float]:
    """With and without, in turns."""
    rounds = [(record(width, sequenced=True), record(width, sequenced=False)) for _ in range(ROUNDS)]
    return max(one for one, _ in rounds), max(other for _, other in rounds)


def measure_passes() -> tuple[float, float]:
    """Milliseconds of a pass that finds nothing, and seconds of one that finds what the rounds left."""
    begin = time.perf_counter()
    sequence_changes()
    seconds = time.perf_counter() - begin
    sequence_changes()
    return median(sequence_changes, ASKS), seconds


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: the page 1.2 times the first; recording is not slowed down."""
    make_guarantors(PAYMENTS)
    run(connect_pops, make_jobs(1))
    recording = {width: measure_recording(width) for width in WIDTHS}
    waiting = PAYMENTS * ROUNDS
    idle, seconds = measure_passes()
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"changes": CHANGES})
        cursor.execute("VACUUM ANALYZE changes_change")
    first, later = measure_pages()
    return [
        _row("page of 500 at the millionth change, ms", later, "the first page", first, "<= 1.2"),
        *(
            _row(f"recording, {width} connections, beside a sequencer, payments/s", ours, "without", other, ">= 0.97")
            for width, (ours, other) in recording.items()
        ),
        {"what": "a pass that finds nothing, ms", "measured": round(idle, 2)},
        {"what": f"a pass after some {waiting:,} payments, s", "measured": round(seconds, 2)},
    ]


def _row(what: str, ours: float, beside: str, other: float, target: str) -> dict[str, object]:
    return {
        "what": what,
        "measured": round(ours, 2),
        "beside": beside,
        "its": round(other, 2),
        "ratio": round(ours / other, 2),
        "target": target,
    }
