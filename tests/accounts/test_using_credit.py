"""A guarantor applies their credit to what they owe: how much, from where, into which batch; and races for it."""

import functools

import pytest
from django.utils import timezone

from batches.models import ReferenceBatch
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.credit import use_credit
from receipts.corrections.escrow import post_escrow
from receipts.models import Posting
from receipts.owed import get_balances, get_credit
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, login_of
from tests.factories.desk import batch_of, clerk, take, today


@pytest.fixture
def credit(pay, guarantor):
    """Two receipts with $12.00 and $8.00 of escrow, then a charge of $97.90."""
    receipts = [pay(guarantor, cents=cents) for cents in (1200, 800)]
    ServiceLineFactory(guarantor=guarantor, billed_cents=9790)
    return receipts


def use(guarantor):
    return use_credit(guarantor_id=guarantor.pk, today=today(), by=login_of(guarantor))


def test_all_of_it_goes_to_what_is_owed_in_the_days_api_batch(guarantor, credit):
    assert use(guarantor) == 2000

    assert get_balances(guarantor).current_cents == 7790
    assert get_credit(guarantor) == 0
    batch = ReferenceBatch.objects.get(batch_date=today(), is_api=True)
    postings = Posting.objects.order_by("pk")
    assert [(p.receipt, p.amount_cents, p.batch, p.posted_by) for p in postings] == [
        (credit[0], 1200, batch, login_of(guarantor)),
        (credit[1], 800, batch, login_of(guarantor)),
    ]


def test_no_more_than_is_owed_is_taken_and_the_oldest_receipt_first(guarantor, pay):
    first, second = pay(guarantor, cents=1200), pay(guarantor, cents=800)
    ServiceLineFactory(guarantor=guarantor, billed_cents=1500)

    assert use(guarantor) == 1500

    assert [get_receipt_balance(receipt).escrow_cents for receipt in (first, second)] == [0, 500]


def test_the_oldest_services_are_paid_first(guarantor, pay):
    pay(guarantor, cents=1500)
    newer = ServiceLineFactory(guarantor=guarantor, billed_cents=1000, service_date="2026-02-20")
    older = ServiceLineFactory(guarantor=guarantor, billed_cents=1000, service_date="2026-02-02")

    use(guarantor)

    assert [(p.line, p.amount_cents) for p in Posting.objects.order_by("pk")] == [(older, 1000), (newer, 500)]


def test_the_second_time_there_is_nothing_to_apply(guarantor, credit):
    use(guarantor)

    with pytest.raises(Refused):
        use(guarantor)


def test_nothing_goes_to_collections_and_nothing_where_auto_post_is_off(guarantor, pay):
    pay(guarantor, cents=1200)
    ServiceLineFactory(guarantor=guarantor, encounter__in_collections=True)
    with pytest.raises(Refused):
        use(guarantor)

    ServiceLineFactory(guarantor=guarantor)
    guarantor.group.auto_post = False
    guarantor.group.save()
    with pytest.raises(Refused):
        use(guarantor)


def test_what_is_disputed_or_on_its_way_back_is_not_used(guarantor, credit):
    first, second = credit
    first.disputes.create(stripe_id="dp_1", amount_cents=1200, status="needs_response", opened_at=timezone.now())
    second.processor_refunds.create(charge_id="ch_1", amount_cents=300, reason="Overpaid")

    assert use(guarantor) == 500


@pytest.mark.parametrize("address", ["/account/", "/pay/"])
def test_both_pages_name_it_and_offer_it(guarantor, credit, client_of, address):
    page = client_of(guarantor).get(address).content.decode()

    assert "<strong>$20.00</strong> of credit" in page
    assert "Use my $20.00 first" in page


@pytest.mark.parametrize(("sent", "leads_to"), [({}, "/account/"), ({"pay": "1"}, "/pay/")])
def test_the_button_applies_it_and_says_what_is_left(guarantor, credit, client_of, sent, leads_to):
    client = client_of(guarantor)
    answer = client.post("/credit/", sent, follow=True)

    assert answer.redirect_chain[-1][0] == leads_to
    page = answer.content.decode()
    assert "$20.00 of your credit is applied. Your Current Balance is $77.90 now. No card was charged." in page
    assert "of credit," not in page
    receipt = client.get(f"/receipts/{credit[0].number}/").content.decode()
    assert "Since this receipt was issued" in receipt
    assert "Applied to Office visit, established patient" in receipt

    again = client.post("/credit/", sent, follow=True).content.decode()
    assert "No credit was applied" in again
    assert get_balances(guarantor).current_cents == 7790


def test_nobody_uses_anothers_credit(guarantor, credit, client_of):
    stranger = GuarantorFactory()
    ServiceLineFactory(guarantor=stranger)

    client_of(stranger).post("/credit/")

    assert get_credit(guarantor) == 2000
    assert client_of(guarantor).get("/credit/").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_clicks_the_desk_and_a_payment_at_once_never_apply_it_twice(practice, guarantor, pay):
    dana = clerk()
    batch_of(dana)
    receipt = take(dana, guarantor=guarantor)  # $50.00, all of it escrow
    ServiceLineFactory(guarantor=guarantor, billed_cents=9000)

    def attempt(job):
        try:
            job()
        except Refused:
            return "refused"
        return "done"

    click = functools.partial(attempt, functools.partial(use, guarantor))
    desk = functools.partial(post_escrow, receipt_number=receipt.pk, parts=None, today=today(), by=dana)
    outcomes = run_together([click, click, functools.partial(attempt, desk), click, functools.partial(pay, guarantor)])

    assert [outcome for outcome in outcomes if outcome == "done"] == ["done"]
    assert get_balances(guarantor).current_cents == 0
    assert get_credit(guarantor) == 1000
