"""Five minutes of mixed work while a part is killed every ten seconds: nothing is lost, doubled or left to wait."""

import itertools
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from django.db import connections

from benchmarks.data import make_guarantors
from benchmarks.soak.ages import Ages
from benchmarks.soak.parts import Supervisor
from benchmarks.soak.people import Clerk, Codes, Payer, Person, Repeater
from benchmarks.soak.truth import compare
from payments.models import Payment, Refund
from pops.core.accounts.models import Guarantor
from pops.local.datadir import ROOT
from pops.local.product import Product
from pops.logins.linking import create_guarantor_login
from receipts.models import Receipt
from tests.demo_processes import running_product

# Seconds.
LASTS = 300
KILL_EVERY = 10
# For what the last killed worker had taken on, the last bank's answer, and the PDFs that are left.
SETTLES_WITHIN = 300
# Enough that nobody pays more often than is allowed.
GUARANTORS = 120
# None of it may be missing at the end: a person who can't begin would break no promise.
WORK = ("online payments", "sign-in codes", "desk payments", "voids asked for", "refunds asked for", "events repeated")
PEOPLE: dict[type[Person], int] = {Payer: 4, Codes: 2, Clerk: 2, Repeater: 1}


def make_people() -> list[Guarantor]:
    """Guarantors with open bills, who can sign in."""
    make_guarantors(GUARANTORS)
    people = list(Guarantor.objects.order_by("-pk")[:GUARANTORS])
    for guarantor in people:
        create_guarantor_login(guarantor=guarantor)
    return people


def work(product: Product, supervisor: Supervisor) -> None:
    """Let all work and kill one part after the other; then let each finish what it began."""
    guarantors, ended = itertools.cycle(make_people()), threading.Event()
    people = [
        kind(product, number=number, guarantors=guarantors, ended=ended)
        for kind, many in PEOPLE.items()
        for number in range(many)
    ]
    Person.watcher = supervisor
    for person in people:
        person.start()
    began = time.monotonic()
    for moment in range(KILL_EVERY, LASTS, KILL_EVERY):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        print(f"  {time.monotonic() - began:3.0f} s: {supervisor.kill_next()}", flush=True)
    time.sleep(max(0.0, began + LASTS - time.monotonic()))
    ended.set()
    for person in people:
        person.join()


def is_settled() -> bool:
    """Whether nothing is in the air at Stripe."""
    in_flight = Refund.objects.filter(state__in=Refund.IN_FLIGHT).exists()
    return not in_flight and not Payment.objects.filter(state__in=Payment.UNSETTLED).exists()


def settle(ages: Ages) -> list[str]:
    """Wait until all is worked off; what is not."""
    end = time.monotonic() + SETTLES_WITHIN
    while not (ages.is_all_done() and is_settled()):
        if time.monotonic() > end:
            return [f"Not all was worked off {SETTLES_WITHIN} s after the end"]
        time.sleep(0.5)
    return []


def is_right(product: Product) -> bool:
    """Whether check_books finds nothing; it says what it finds."""
    command = [sys.executable, "manage.py", "check_books"]
    return subprocess.run(command, env=product.env, cwd=ROOT, check=False).returncode == 0


def count_taken() -> int:
    """Receipts of payments at the desk."""
    return Receipt.objects.filter(kind="payment", channel="office").count()


@dataclass(frozen=True)
class Before:
    """What the sample practice has before anybody works: receipts of its desk, and money that waits for a decision."""

    taken: int
    differences: list[str]


def judge(product: Product, ages: Ages, faults: list[str], before: Before) -> list[dict[str, object]]:
    """Rows of the report; ends the program with status 1 when a promise was broken."""
    counts, differences = compare(product)
    differences = [difference for difference in differences if difference not in before.differences]
    taken = count_taken() - before.taken
    if taken != Person.done["desk payments"]:
        differences.append(f"{Person.done['desk payments']} desk payments were answered, {taken} have a receipt")
    differences += [f"There were no {what}" for what in WORK if not Person.done[what]]
    rows: list[dict[str, object]] = [{"what": what, "measured": n} for what, n in {**Person.done, **counts}.items()]
    for name, kind in ages.kinds.items():
        target = f"<= {kind.promise}" if kind.promise else ""
        rows.append({"what": f"{name}: the longest wait, s", "measured": round(kind.longest, 1), "target": target})
    late = [f"Late: {name}, {kind.longest:.1f} s" for name, kind in ages.kinds.items() if kind.is_late]
    broken = [*faults, *Person.faults, *differences, *late]
    if not is_right(product) or broken:
        print(*(f"{row['what']}: {row['measured']}" for row in rows), *broken, sep="\n", flush=True)
        sys.exit("The soak broke a promise.")
    return rows


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Target: check_books is right, each charge has its receipt once, nobody waits too long."""
    connections.close_all()
    with running_product(own_servers=True) as product:
        supervisor = Supervisor(product)
        ages = Ages(supervisor)
        ages.start()
        before = Before(count_taken(), compare(product)[1])
        work(product, supervisor)
        connections.close_all()  # those that a killed database left
        faults = settle(ages)
        if not ages.is_alive():
            faults.append("Nobody looked at the ages until the end")
        ages.ended.set()
        ages.join()
        rows = judge(product, ages, faults, before)
    kills = [{"what": f"kills: {name}", "measured": times} for name, times in supervisor.kills.items()]
    return [*kills, *rows]
