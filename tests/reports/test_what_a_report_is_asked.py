"""What can't be asked of POPS Payments is told in words; what can is said back, and found by whatever it is called."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from payments.reports.filters.base import Asking
from payments.reports.registry import find_report
from payments.reports.usage import SessionUsage
from pops.core.access.models import User
from pops.core.accounts.merging import merge_guarantors, undo_merge
from pops.core.accounts.models import Encounter
from tests.books import judge_now
from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.api import service_account
from tests.factories.desk import count_out, take, tender, today
from tests.factories.practice import FacilityFactory, ProviderFactory
from tests.factories.staff import DESK, member
from tests.moments import NOON

REPORT = find_report("pops-payments")
DAY = dt.date(2026, 3, 2)
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def ask(user, **given):
    question = REPORT.ask({**MARCH, **given}, user=user, today=DAY)
    assert not question.wrong
    return question


def totals(user, **given):
    return {total.measure.name: total.value for total in REPORT.totals(ask(user, **given), user)}


def rows(user, **given):
    table = REPORT.table(ask(user, **given), user)
    return [dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows]


ODD = [
    ({"from": "2026-03-31", "to": "2026-03-01"}, "The span ends before it begins: March 31, 2026 is after March 1,"),
    ({"from": "2026-02-31", "to": "2026-03-01"}, "There is no February 31, 2026: February has 28 days."),
    ({"from": "2026-13-01", "to": "2026-03-01"}, "“2026-13-01” is no date: there is no month 13."),
    ({"from": "yesterday", "to": "2026-03-01"}, "“yesterday” is no date. Write it as 2026-03-31."),
    ({"from": "0001-01-01", "to": "0001-01-01"}, "“0001-01-01” is too far away. Write a year from 1900 to 2199."),
    ({"from": "9999-12-31", "to": "9999-12-31"}, "“9999-12-31” is too far away."),
    ({"from": "2026-03-01", "to": ""}, "Say both the first and the last day of the span."),
    ({"from": "2016-03-01", "to": "2026-03-01"}, "That is 3,653 days. A report covers at most 3 years"),
    ({"provider": "Dr. Who"}, "There is no provider “Dr. Who”. Choose from the list."),
    ({"provider": "99999999999999999999"}, "There is no provider “99999999999999999999”."),
    ({"facility": "98-7654321"}, "There is no facility “98-7654321”: no name, nickname or tax ID is that."),
    ({"not_patient": ",".join(map(str, range(10_000)))}, "These are 10,000 patients; a report takes at most 200."),
    ({"patient": "Nobody Here"}, "There is no patient “Nobody Here”. Type the number, or the whole name."),
    ({"patient": "Sam Lee"}, "2 patients are called “Sam Lee”. Type the number of the one you mean: P-1, P-2."),
    ({"facility": "Lake", "not_facility": "Lake"}, "Lakeside Main Clinic (Lake) is both included and excluded."),
    ({"by": "moon"}, "There is no group “moon”. Choose from the list."),
    ({"sort": "luck"}, "There is no order “luck”. Choose from the list."),
    ({"type": "gift"}, "Receipt types: there is no “gift”. Choose from the list."),
    ({"date": "batch"}, "Say which reference batches: their numbers, with commas between."),
    ({"batch": "987654"}, "There is no reference batch “987654”. Its number stands on its page."),
    ({"payments": "yes", "sort": "amount"}, "With the payments under each receipt the list can't be in the order of"),
    ({"facilty": "Lakeside"}, "This report can't be asked by “facilty”."),
    ({"totals": "some"}, "Grand totals only: say “only”, or leave it out."),
    ({"facility": "7654321"}, "There is no facility 7654321 any more. Choose others from the list."),
    ({"provider": "7654321"}, "There is no provider 7654321 any more. Choose others from the list."),
    ({"cashier": "7654321"}, "There is no member of staff 7654321 any more. Choose others from the list."),
    ({"guarantor": "\u202e\x00<script>" + "x" * 99}, "There is no guarantor “<script>xxxxx"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), ODD)
def test_what_is_odd_is_told_in_words(staff_user, practice, client_of, given, words):
    FacilityFactory(name="Lakeside Main Clinic", nickname="Lake")
    for number in ("P-1", "P-2"):
        PatientFactory(name="Sam Lee", number=number)

    question = REPORT.ask({**MARCH, **given}, user=staff_user, today=DAY)

    (said,) = question.wrong.values()
    assert said.startswith(words)
    if len(str(given)) < 4_000:  # a longer address no server takes
        answer = client_of(staff_user).get(reverse("backoffice:report", args=["pops-payments"]), {**MARCH, **given})
        assert answer.status_code == 422
        assert "This can't be answered yet" in answer.content.decode()


def test_a_page_of_the_list_that_somebody_made_up_is_told(staff_user, practice, client_of):
    address = reverse("backoffice:report", args=["pops-payments"])

    assert "Begin at its first page" in client_of(staff_user).get(address, {"after": "made-up"}).content.decode()


def test_a_facility_is_known_by_all_it_is_called(staff_user, practice):
    lake = FacilityFactory(name="Lakeside Main Clinic", nickname="Lake", tax_id="12-3456789")
    north = FacilityFactory(name="Northside", tax_id="123456789")

    for called in ("lake", "LAKESIDE MAIN CLINIC", str(lake.pk)):
        assert ask(staff_user, facility=called).pairs["facility"] == str(lake.pk)
    both = ask(staff_user, facility="12-3456789")
    assert both.pairs["facility"] == f"{lake.pk},{north.pk}"
    assert both.said[1] == ("Facilities: Lakeside Main Clinic (Lake, tax ID 12-3456789), Northside (tax ID 123456789).")


@pytest.fixture
def money(pay, dana):
    """$60.00 to Leo at Lakeside, $40.00 to Ada at Northside, both of one card payment; $50.00 in escrow."""
    guarantor = GuarantorFactory(account_number="48210")
    lake, north = FacilityFactory(), FacilityFactory(name="Northside")
    priya, ana = ProviderFactory(), ProviderFactory(name="Ana Lopez, NP")
    leo = EncounterFactory(patient__guarantor=guarantor, facility=lake, provider=priya, referring_provider=ana)
    ada = EncounterFactory(
        patient__guarantor=guarantor, patient__name="Ada Alvarez", facility=north, billing_provider=ana
    )
    ServiceLineFactory(encounter=leo, billed_cents=6000)
    ServiceLineFactory(encounter=ada, billed_cents=4000)
    return pay(guarantor, cents=10000), pay(cents=5000), lake, north, priya, ana, leo


def test_of_a_facility_what_is_applied_there_and_whole_receipts(money, staff_user):
    applied, escrow, lake, *_ = money

    told = totals(staff_user, facility=str(lake.pk))
    assert (told["received"], told["applied"], "escrow" in told) == (15000, 6000, False)
    assert [row["receipt"] for row in rows(staff_user, facility=str(lake.pk))] == [escrow.pk, applied.pk]
    assert REPORT.notes(ask(staff_user, facility=str(lake.pk)), staff_user)


def test_payments_stand_under_their_receipt_and_escrow_is_left_out_of_a_facility(money, staff_user):
    applied, escrow, lake, *_ = money

    all_rows = rows(staff_user, payments="yes")
    assert [(row["receipt"], row["type"], row["amount"], row["applied"]) for row in all_rows] == [
        (escrow.pk, "Payment", 5000, None), (applied.pk, "Payment", 10000, None),
        (applied.pk, "Applied", None, 6000), (applied.pk, "Applied", None, 4000),
    ]  # fmt: skip
    of_lake = rows(staff_user, payments="yes", facility=str(lake.pk))
    assert [(row["receipt"], row["applied"]) for row in of_lake] == [(applied.pk, None), (applied.pk, 6000)]
    but_lake = rows(staff_user, payments="yes", not_facility=str(lake.pk))
    assert [(row["facility"], row["applied"]) for row in but_lake] == [(None, None), ("Northside", 4000)]


def test_who_took_money_is_asked_for_also_when_no_member_of_staff(dana, practice):
    """A system that calls the API took some, and so did somebody who may not sign in any more."""
    system = service_account().user
    took = take(dana, tender(3000)), take(system, tender(2000))
    User.objects.filter(pk=dana.pk).update(is_staff=False)
    span = {"from": f"{today()}", "to": f"{today()}"}

    (section,) = REPORT.sections(ask(system, by="cashier", **span), system)
    assert sorted((row.words, row.key) for row in section.rows) == sorted((one.name, one.pk) for one in (dana, system))
    for receipt in took:
        asked = {**span, "cashier": str(receipt.issued_by_id)}
        assert [row["receipt"] for row in rows(system, **asked)] == [receipt.pk]
    offered = [option.label for one in REPORT.filters if one.name == "cashier" for option in control(one, system)]
    assert "Billing at headquarters (API)" in " ".join(offered)


def test_an_account_that_was_merged_is_what_it_was_merged_into(pay, dana, practice):
    """A saved filter would else give nothing, or leave in what it is to leave out."""
    first, second, now = (GuarantorFactory(name="Maria Alvarez", account_number=f"4821{n}") for n in range(3))
    receipt = pay(first, cents=5000)
    merge_guarantors(merged_id=first.pk, into_id=second.pk, reason="Entered twice", by=dana)
    merge = merge_guarantors(merged_id=second.pk, into_id=now.pk, reason="Entered twice", by=dana)

    asked = ask(dana, guarantor="48210,48212,Maria Alvarez")
    assert asked.said[1] == "Guarantors: Maria Alvarez (48210 was merged into it)."
    assert [row["receipt"] for row in rows(dana, guarantor="48211")] == [receipt.pk]
    assert rows(dana, not_guarantor="48210") == []
    used = SessionUsage().ask({**MARCH, "guarantor": "48210"}, user=dana, today=DAY)
    assert used.said[1] == "Guarantor IDs: 48212 (48210 was merged into it)."
    undo_merge(merge_id=merge.pk, reason="Two people", now=NOON, by=dana)
    assert rows(dana, guarantor="48212") == []


def control(asked, user):
    return asked.control({}, Asking(user, DAY), "").options


def test_providers_by_what_they_did(money, staff_user):
    *_, priya, ana, _ = money

    assert totals(staff_user, provider=str(priya.pk))["applied"] == 10000 - 4000
    assert totals(staff_user, billing=str(priya.pk))["applied"] == 6000  # who treated, where nothing else is known
    assert totals(staff_user, billing=str(ana.pk))["applied"] == 4000
    assert totals(staff_user, referring=str(ana.pk))["applied"] == 6000
    assert totals(staff_user, not_referring=str(ana.pk))["applied"] == 4000


def test_escrow_disbursed_and_cards(money, staff_user):
    applied, escrow, *_ = money
    judge_now()  # what is left of a receipt is kept at the commit

    assert [row["receipt"] for row in rows(staff_user, escrow="only")] == [escrow.pk]
    assert [row["receipt"] for row in rows(staff_user, escrow="none")] == [applied.pk]
    assert rows(staff_user, disbursed="only") == []
    assert totals(staff_user, card="visa")["received"] == 15000
    assert totals(staff_user, method="check")["received"] == 0


def test_what_is_confidential_is_listed_by_number_and_found_by_no_word(money, staff_user, practice):
    _, _, lake, *_, leo = money
    Encounter.objects.filter(pk=leo.pk).update(is_confidential=True)
    clerk = member(DESK, name="Sam Ito")
    clerk.user_permissions.add(Permission.objects.get(codename="view_pops_payments"))

    hidden, shown = rows(clerk, list="applied", sort="receipt")
    assert (hidden["service"], hidden["amount"], hidden["service_date"]) == (f"{leo.number}-1", 6000, None)
    assert {hidden[name] for name in ("patient", "facility", "provider", "billing", "referring")} == {"Confidential"}
    assert shown["facility"] == "Northside"
    assert totals(clerk, facility=str(lake.pk))["applied"] == 0
    assert totals(clerk, not_facility=str(lake.pk))["applied"] == 10000
    (section,) = REPORT.sections(ask(clerk, by="facility"), clerk)
    assert [(row.words, row.address is None) for row in section.rows] == [("Confidential", True), ("Northside", False)]
    assert totals(staff_user, facility=str(lake.pk))["applied"] == 6000


def test_a_batch_that_is_to_be_counted_blind_is_left_out_and_said(dana, practice):
    clerk = member(DESK, name="Sam Ito")
    clerk.user_permissions.add(Permission.objects.get(codename="view_pops_payments"))
    receipt = take(dana, tender(3000))
    span = {"from": f"{today()}", "to": f"{today()}"}

    assert totals(clerk, **span)["received"] == 0
    assert REPORT.notes(ask(clerk, **span), clerk)[-1] == f"Left out until they are counted: {receipt.batch}."
    asked = REPORT.ask({"date": "batch", "batch": str(receipt.batch_id)}, user=clerk, today=DAY)
    assert asked.wrong["batch"] == f"Batch {receipt.batch_id} is still to be counted: what is in it shows once it was."
    count_out(receipt.batch, dana)
    assert totals(clerk, **span)["received"] == 3000


def test_a_sum_makes_no_join_that_it_does_not_need(db):
    """It would, silently and many times slower, if a column had another type in one of the views than in the others."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT post_date, sum(applied_cents), sum(counted_cents) FROM reports_money GROUP BY 1")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "receipts_posting" in plan
    assert "accounts_" not in plan
