"""QuickPay links: who holds the token gets in, for a time, and only its hash is kept."""

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from pops.core.accounts.merging import merge_guarantors, undo_merge
from pops.core.refusals import Refused
from pops.quickpay.addresses import get_address
from pops.quickpay.models import Link
from pops.quickpay.services import (
    draw_statement_tokens,
    find_link,
    keep_statement_links,
    make_link,
    revoke_link,
    why_not_enter,
    why_not_revoke,
)
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, StatementFactory
from tests.factories.practice import GroupFactory
from tests.moments import NOON

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def made(guarantor):
    return make_link(guarantor=guarantor, origin=Link.Origin.TEXT, now=NOON)


def print_statement(statement):
    tokens = draw_statement_tokens(statement)
    keep_statement_links(statement=statement, tokens=tokens, now=NOON)
    return tokens


def why(token, now=NOON):
    refusal = why_not_enter(find_link(token), now=now)
    return refusal and refusal.code


def test_a_token_finds_its_link_and_stands_nowhere(made):
    link, token = made

    assert find_link(token) == link
    assert len(token) == 43  # 256 bits
    assert get_address(token).endswith(f"/q/{token}/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(l)::text FROM quickpay_link l")
        assert token not in cursor.fetchone()[0]


@pytest.mark.parametrize("alter", [str.swapcase, lambda token: token[:-1], lambda token: token + "x", lambda token: ""])
def test_an_altered_token_finds_nothing(made, alter):
    assert find_link(alter(made[1])) is None


def test_a_link_is_good_as_long_as_the_group_says(guarantor):
    guarantor.group.quickpay_days = 2
    _, token = make_link(guarantor=guarantor, origin=Link.Origin.EMAIL, now=NOON)
    _, short = make_link(guarantor=guarantor, origin=Link.Origin.QR, now=NOON, good_for=dt.timedelta(minutes=5))

    assert why(token, NOON + 2 * DAY - dt.timedelta(seconds=1)) is None
    assert why(token, NOON + 2 * DAY) == "expired"
    assert why(short, NOON + dt.timedelta(minutes=5)) == "expired"


def test_staff_revoke_a_link_once(made, staff_user):
    link, token = made

    revoke_link(link_id=link.pk, now=NOON, by=staff_user)

    assert why(token) == "revoked"
    with pytest.raises(Refused, match="no longer works"):
        revoke_link(link_id=link.pk, now=NOON, by=staff_user)
    assert Link.objects.get().revoked_by == staff_user


def test_the_newest_statement_wins_and_other_links_stay(guarantor, made):
    first = StatementFactory(guarantor=guarantor, statement_date=dt.date(2026, 1, 15))
    old = print_statement(first)
    second = StatementFactory(guarantor=guarantor, statement_date=dt.date(2026, 2, 15))
    new = print_statement(second)

    assert {one: why(token) for one, token in old.items()} == {"qr": "replaced", "statement": "replaced"}
    assert {one: why(token) for one, token in new.items()} == {"qr": None, "statement": None}
    assert why(made[1]) is None
    assert print_statement(first) == {}  # printed late: the later one's stay good
    assert [why(token) for token in new.values()] == [None, None]
    assert why(new["qr"], NOON + 364 * DAY) is None
    assert why(new["qr"], NOON + 365 * DAY) == "expired"


def test_a_link_of_another_group_or_a_retired_account_leads_nowhere(made, guarantor):
    guarantor.group = GroupFactory()
    guarantor.save()
    assert why(made[1]) == "moved"

    _, token = make_link(guarantor=guarantor, origin=Link.Origin.TEXT, now=NOON)
    guarantor.is_retired = True
    guarantor.save()
    assert why(token) == "moved"
    with pytest.raises(Refused):
        make_link(guarantor=guarantor, origin=Link.Origin.TEXT, now=NOON)


def test_a_link_goes_over_with_a_merged_account(made, guarantor, staff_user):
    into = GuarantorFactory(group=guarantor.group)
    merge = merge_guarantors(merged_id=guarantor.pk, into_id=into.pk, reason="Twice", by=staff_user)
    assert find_link(made[1]).guarantor == into

    undo_merge(merge_id=merge.pk, reason="Two people", now=NOON, by=staff_user)
    assert find_link(made[1]).guarantor == guarantor


def test_a_group_without_quickpay_makes_and_takes_no_links(made, guarantor):
    guarantor.group.quickpay = False
    guarantor.group.save()

    assert why(made[1]) == "off"
    with pytest.raises(Refused, match="switched off"):
        make_link(guarantor=guarantor, origin=Link.Origin.TEXT, now=NOON)
    assert print_statement(StatementFactory(guarantor=guarantor)) == {}


def test_the_database_keeps_links_and_their_facts(made, staff_user):
    for change in (
        lambda: made[0].delete(),
        lambda: Link.objects.update(good_until=NOON + 900 * DAY),
        lambda: Link.objects.update(revoked_at=NOON),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()
    assert why_not_revoke(Link.objects.get(), now=NOON) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_statements_printed_at_once_the_newest_wins(guarantor):
    drawn = []
    for month in (1, 2):
        statement = StatementFactory(guarantor=guarantor, statement_date=dt.date(2026, month, 15))
        drawn.append((statement, draw_statement_tokens(statement)))

    run_together([lambda one=one: keep_statement_links(statement=one[0], tokens=one[1], now=NOON) for one in drawn])

    assert [[why(token) for token in tokens.values()] for _, tokens in drawn] == [["replaced"] * 2, [None] * 2]
