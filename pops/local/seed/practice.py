"""Makes the sample practice, with some months behind it. Uses the services the product itself uses."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group as Role
from django.db import transaction
from django.utils import timezone

from batches.closing import close_batch
from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Facility, Practice, Provider
from pops.local.seed.api import make_system
from pops.local.seed.cards import store_cards
from pops.local.seed.copays import make_copay
from pops.local.seed.data import FACILITIES, HOUSEHOLDS, PROVIDERS, STAFF, STAFF_PASSWORD, TAX_ID, TIME_ZONE
from pops.local.seed.desk import make_desk_days
from pops.local.seed.exports import make_exports
from pops.local.seed.groups import make_groups
from pops.local.seed.history import make_history, note_emails_of_the_past
from pops.local.seed.hooks import make_other_program
from pops.local.seed.households import make_household, mark_confidential
from pops.local.seed.imports import import_samples
from pops.local.seed.sessions import make_sessions
from pops.local.seed.setup import set_up
from pops.local.seed.statements import send_statements
from pops.local.seed.waiting import make_waiting
from pops.local.seed.wishes import make_wishes


@transaction.atomic
def seed_practice(*, now: dt.datetime) -> bool:
    """Make the sample practice as of `now`. False when there is a practice already: nothing is changed."""
    if Practice.objects.exists():
        return False
    chance = random.Random(20260301)  # noqa: S311  the same practice each time
    _make_practice()
    staff = _make_staff()
    for n, (name, email, patients) in enumerate(HOUSEHOLDS):
        make_household(n, name, email, patients, chance=chance, today=now.astimezone(ZoneInfo(TIME_ZONE)).date())
    set_up(now=now)
    # Before the payments online: at the desk a second payment within minutes needs a reason, and these are of the past.
    desk = [User.objects.get(email=email, is_staff=True) for email, *_ in STAFF[:2]]
    make_desk_days(list(Guarantor.objects.filter(is_trial=False).order_by("pk")[2:]), now=now, desk=desk)
    make_history(now, chance)
    store_cards(HOUSEHOLDS[0][0])
    make_copay(now=now, desk=staff)
    mark_confidential(by=staff)
    send_statements()
    note_emails_of_the_past()
    make_wishes(now=now, time_zone=TIME_ZONE, desk=staff)
    make_sessions(now=now, chance=chance, desk=staff)
    make_waiting(now=now)
    import_samples(now=now, by=User.objects.get(email=STAFF[-1][0], is_staff=True))
    make_system(now=now)
    make_exports(now=now, by=User.objects.get(email=STAFF[1][0], is_staff=True))
    # Yesterday's batch was forgotten: it stands out in the back office as one to close.
    open_days = ReferenceBatch.objects.filter(status="open", is_api=True).order_by("-batch_date")
    for batch in open_days[1:]:
        close_batch(batch_id=batch.pk, now=timezone.now(), by=staff)
    make_other_program(by=User.objects.get(email=STAFF[-1][0], is_staff=True))
    return True


def _make_practice() -> None:
    Practice.objects.create(
        pk=1,
        name="Lakeside Family Medicine",
        time_zone=TIME_ZONE,
        phone="(555) 010-2000",
        email="billing@lakeside.example",
        # As early and as late as may be, so that notices can be seen whenever the demo is tried.
        notices_from=dt.time(8),
        notices_until=dt.time(21),
    )
    make_groups()
    Facility.objects.bulk_create(
        Facility(number=f"F-{n}", name=name, address=at, phone=phone, nickname=nickname, tax_id=TAX_ID)
        for n, (name, at, phone, nickname) in enumerate(FACILITIES, start=1)
    )
    Provider.objects.bulk_create(Provider(number=f"D-{n}", name=name) for n, name in enumerate(PROVIDERS, start=1))


def _make_staff() -> User:
    """The staff logins; returns the front desk's."""
    for email, name, role in STAFF:
        is_administrator = role == "Administrator"
        user = User.objects.create_user(email, STAFF_PASSWORD, name=name, is_staff=True, is_superuser=is_administrator)
        user.groups.add(Role.objects.get(name=role))
    return User.objects.get(email=STAFF[0][0], is_staff=True)
