"""One check over several guarantors' receipts in one step: one line on the deposit slip."""

import functools
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from receipts.corrections.void import void_receipt
from receipts.documents.packet import get_slip
from receipts.models import Receipt
from receipts.taking import Taking, take_shared_check
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, close, count_out, take, tender, today
from tests.factories.staff import DESK, member

ADDRESS = "backoffice:shared_check"


@pytest.fixture
def dana(practice):
    dana = member(DESK)
    batch_of(dana)
    return dana


@pytest.fixture
def family(practice):
    """Maria owes $60.00 and James $40.00."""
    family = [GuarantorFactory(name="Maria Alvarez"), GuarantorFactory(name="James Alvarez")]
    for guarantor, cents in zip(family, (6000, 4000), strict=True):
        ServiceLineFactory(guarantor=guarantor, billed_cents=cents)
    return family


@pytest.fixture
def client(client_of, dana):
    return client_of(dana)


def page_of(*guarantors):
    return reverse(ADDRESS) + "?" + "&".join(f"g={guarantor.pk}" for guarantor in guarantors)


def typed(client, family, *shares, check="100.00", number="555", **more):
    """What is sent who fills in the page, with what it showed."""
    form = {
        "seen": client.get(page_of(*family)).context["form"].owed_now,
        "form_id": str(uuid.uuid4()),
        "check_number": number,
        "check_cents": check,
        "channel": "mail",
        "apply": "oldest",
    }
    shared = zip(family, shares, strict=True)
    return {**form, **{f"share_{guarantor.pk}": share for guarantor, share in shared}, **more}


def told(answer):
    assert answer.status_code == 422
    return answer.content.decode()


def test_a_share_that_looks_like_a_slip_is_asked_about_once(client, family):
    form = typed(client, family, "60.00", "400.00", check="460.00")

    page = told(client.post(page_of(*family), form))

    assert "James Alvarez: $400.00 is more than the $40.00 owed; keep $360.00 as credit?" in page
    assert not Receipt.objects.exists()
    sure = f"{family[0].pk}:6000,{family[1].pk}:40000"
    assert f'name="sure_of" value="{sure}"' in page
    told(client.post(page_of(*family), {**form, "check_cents": "461.00", "sure_of": sure}))
    answer = client.post(page_of(*family), {**form, "sure_of": sure})
    assert answer.status_code == 302
    assert sorted(Receipt.objects.values_list("amount_cents", flat=True)) == [6000, 40000]


def test_each_gets_a_receipt_and_the_slip_one_line(client, dana, family):
    answer = client.post(page_of(*family), typed(client, family, "60.00", "40.00"), follow=True)

    maria, james = Receipt.objects.order_by("pk")
    assert f"Receipts {maria.pk}, {james.pk} were issued over check 555." in answer.content.decode()
    assert [(one.guarantor, one.amount_cents, one.channel) for one in (maria, james)] == [
        (family[0], 6000, "mail"),
        (family[1], 4000, "mail"),
    ]
    assert [one.postings.get().remaining_cents for one in (maria, james)] == [0, 0]
    assert maria.transactions.get().paid_with == james.transactions.get().paid_with == "Check 555"
    close(maria.batch, dana, check=10000)
    slip = get_slip(maria.batch.closes.get())
    assert slip.checks == [("555", "Maria Alvarez, James Alvarez", 10000)]
    assert slip.total_cents == 10000


def test_a_part_that_is_voided_leaves_the_line(client, dana, family):
    client.post(page_of(*family), typed(client, family, "60.00", "40.00"))
    maria, james = Receipt.objects.order_by("pk")

    void_receipt(receipt_number=james.pk, reason="Keyed wrong", today=today(), by=dana)

    close(maria.batch, dana, check=6000)
    assert get_slip(maria.batch.closes.get()).checks == [("555", "Maria Alvarez", 6000)]


def test_two_checks_of_one_number_stay_two(client, dana, family):
    for guarantor in family:
        take(dana, tender(1000, "check", check_number="555"), guarantor=guarantor)
    batch = Receipt.objects.first().batch
    close(batch, dana, check=2000)

    assert len(get_slip(batch.closes.get()).checks) == 2


def test_escrow(client, family):
    client.post(page_of(*family), typed(client, family, "60.00", "40.00", apply="escrow"))

    assert not any(receipt.postings.exists() for receipt in Receipt.objects.all())


@pytest.mark.parametrize(
    ("shares", "more", "words"),
    [
        (("60.00", "30.00"), {}, "The shares add up to $90.00, the check is over $100.00."),
        (("60.00", ""), {}, "Enter the share of this account."),
        (("100.00", "0"), {}, "Enter $0.01 or more."),
        (("60.00", "40.00"), {"number": ""}, "Enter the number of the check."),
        (("60.00", "40.00"), {"apply": "chosen"}, "Select a valid choice."),
        (("60.00", "40.00"), {"seen": "[]"}, "The page was not sent as it was shown."),
    ],
)
def test_what_does_not_add_up(client, family, shares, more, words):
    assert words in told(client.post(page_of(*family), typed(client, family, *shares, **more)))
    assert not Receipt.objects.exists()


def test_one_account_is_none(client, family):
    form = typed(client, family[:1], "100.00")

    assert "needs two of them at least" in told(client.post(page_of(family[0]), form))


def test_all_or_none(client, family, pay):
    form = typed(client, family, "60.00", "40.00")
    pay(family[1], cents=1000)

    assert "The balance changed since it was looked at." in told(client.post(page_of(*family), form))
    assert Receipt.objects.count() == 1


def test_accounts_are_found_added_and_removed(client, family):
    page = client.get(page_of(family[0]) + "&q=james").content.decode()

    assert page_of(*family).replace("&", "&amp;") in page
    assert f'href="{page_of(family[1])}"' in client.get(page_of(*family)).content.decode()


@pytest.mark.parametrize("chosen", ["x", "999999999", "1" * 30])
def test_somebody_who_is_not_there(client, chosen):
    assert client.get(reverse(ADDRESS), {"g": chosen}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_checks_shared_the_other_way_about_wait_for_each_other_in_no_circle(dana, family):
    maria, james = family

    def taken(nth, who):
        shares = {guarantor.pk: 100 for guarantor in who}
        taking = Taking(Receipt.Channel.MAIL, timezone.now(), today(), dana, second_reason="Another bill")
        return take_shared_check(number=str(nth), shares=shares, taking=taking)

    orders = [(maria, james), (james, maria)] * 4
    run_together([functools.partial(taken, nth, who) for nth, who in enumerate(orders)], width=8)

    assert Receipt.objects.count() == 16


def test_a_receipt_says_with_whom_it_shares_its_check(client, family):
    client.post(page_of(*family), typed(client, family, "60.00", "40.00"))
    maria, james = Receipt.objects.order_by("pk")

    page = client.get(reverse("admin:receipts_receipt_change", args=[maria.pk])).content.decode()

    assert "Part of check 555" in page
    assert reverse("admin:receipts_receipt_change", args=[james.pk]) in page


def test_counting_it(client, dana, family):
    client.post(page_of(*family), typed(client, family, "60.00", "40.00"))
    batch = Receipt.objects.first().batch

    assert count_out(batch, dana, check=10000).by_tender["check"] == 10000
