"""The inbox: found anew from what each app knows, assigned, commented, done, and gone once it is settled."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from batches.closing import close_batch
from batches.models import ReferenceBatch
from payments.models import BooksCheck, Dispute, Payment
from pops.appointments.asking import answer_request
from pops.web.backoffice.inbox.declaration import SHOWN, Asking
from pops.web.backoffice.inbox.kinds import KINDS
from pops.web.backoffice.inbox.reading import find_kinds
from pops.web.backoffice.inbox.statement import put_together
from pops.web.backoffice.models import InboxRemark
from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory
from tests.factories.appointments import AppointmentRequestFactory
from tests.factories.desk import batch_of, today
from tests.factories.inbox import bounce, dispute, make_one_of_each
from tests.factories.payments import PaymentFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member

INBOX = "/admin/desk/inbox/"


@pytest.fixture
def one_of_each(pay):
    return make_one_of_each(pay)


def words(client, page=INBOX):
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


def entry_page(kind, about):
    return reverse("backoffice:inbox_entry", args=[kind, about])


def test_there_is_one_of_each_kind_and_each_opens_where_it_is_settled(one_of_each, client_of):
    ruth = client_of(member(ADMIN))

    inbox = ruth.get(INBOX).context["inbox"]

    assert {entry.kind.name for entry in inbox.entries} == {kind.name for kind in KINDS}
    assert inbox.entries[0].kind.name == "dispute"  # it has a due date
    for entry in inbox.entries:
        assert ruth.get(entry.page).status_code == 200, entry.page
    said = " ".join(entry.words for entry in inbox.entries)
    assert "it was charged twice; Stripe waits for evidence" in said
    assert "needs_response" not in said
    assert "Check 1042 of" in said
    assert "came back: Not enough money in the account (NSF). Call, and take the money another way." in said
    assert "was lost, and is won after all. Take the money as a new payment." in said
    assert f'desk-count">{len(KINDS)}<' in words(ruth)
    assert "All 14 in the inbox" in words(ruth, "/admin/")


@pytest.mark.parametrize("role", [DESK, MANAGER, ADMIN])
def test_a_statement_that_is_kept_asks_what_a_new_one_would(practice, role):
    kinds, earlier = find_kinds(member(role)), timezone.now() - dt.timedelta(days=400, hours=5)
    kept = put_together(kinds, Asking(member(role), practice, earlier))
    now = Asking(member(role), practice, timezone.now())

    new = put_together(kinds, now)

    assert (kept.sql, kept.parameters_of(now)) == (new.sql, list(new.parameters))
    assert list(kept.parameters) != list(new.parameters)


def test_each_role_sees_what_it_may(one_of_each, client_of):
    everything = {kind.name for kind in KINDS}
    for role, seen in (
        (DESK, everything - {"books", "webhook"}),
        (MANAGER, everything - {"webhook"}),
        (ADMIN, everything),
    ):
        inbox = client_of(member(role)).get(INBOX).context["inbox"]
        assert {entry.kind.name for entry in inbox.entries} == seen
    check = BooksCheck.objects.get()
    assert client_of(member(DESK)).get(entry_page("books", check.pk)).status_code == 404


def test_a_hidden_patients_wish_is_there_for_nobody_without_the_right(practice, client_of):
    asked = AppointmentRequestFactory(patient__is_confidential=True)

    assert "appointment" not in words(client_of(member(DESK)))
    assert client_of(member(DESK)).get(entry_page("request", asked.pk)).status_code == 404
    assert "asks for an appointment" in words(client_of(member(MANAGER)))


def test_the_inbox_asks_the_same_few_questions_however_much_is_in_it(one_of_each, client_of):
    client = client_of(member(MANAGER))
    for number in range(2, 20):
        dispute(one_of_each, stripe_id=f"dp_1{number}")
        bounce(GuarantorFactory(), about_id=number)
    words(client)

    for page in (INBOX, "/admin/"):
        with CaptureQueriesContext(connection) as queries:
            words(client, page)
        assert len(queries) <= 12, [query["sql"][:90] for query in queries]


def test_more_than_are_shown_are_said(practice, client_of):
    for _ in range(SHOWN + 1):
        PaymentFactory(state=Payment.State.REVIEW)

    page = words(client_of(member(DESK)))

    assert "Payment to decide: there are more than are shown here." in page
    assert f'desk-count">{SHOWN}+<' in page


def test_what_is_settled_is_gone(one_of_each, open_batch, client_of):
    client = client_of(member(MANAGER))
    answer_request(
        request_id=one_of_each.guarantor.appointment_requests.model.objects.get().pk,
        is_declined=False,
        note="Tuesday",
        now=timezone.now(),
        by=member(DESK),
    )
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=member(DESK))
    Payment.objects.filter(state="review").update(state="returned")
    Dispute.objects.update(status="under_review")
    one_of_each.guarantor.email = "right@example.com"
    one_of_each.guarantor.save()
    returned = Receipt.objects.get(kind="returned", channel="office")
    void_receipt(receipt_number=returned.pk, reason="Another check", today=today(), by=returned.issued_by)

    left = {entry.kind.name for entry in client.get(INBOX).context["inbox"].entries}

    assert left == {"refund", "refund_failed", "event", "books", "phone"}


def test_how_long_a_batch_may_stay_open_is_a_setting(practice, client_of):
    old = batch_of(member(DESK))
    client = client_of(member(DESK))
    assert "is still open" not in words(client)
    ReferenceBatch.objects.create(
        description="Mail of Monday", user=old.user, batch_date=old.batch_date - dt.timedelta(days=2)
    )

    assert "Mail of Monday of" in words(client)
    practice.batch_open_days = 3
    practice.save()
    assert "Mail of Monday of" not in words(client)


def test_somebody_does_it_and_says_how_it_went(one_of_each, client_of):
    dana = member(DESK, name="Dana Whitfield")
    client, about = client_of(dana), "dp_1"
    page = entry_page("dispute", about)

    client.post(reverse("backoffice:take_entry", args=["dispute", about]))
    client.post(page, {"to": dana.pk, "words": "The bank sent a letter."})
    assert "Dana Whitfield does it." in words(client)
    assert "“The bank sent a letter.”" in words(client)
    assert client.post(page, {"to": dana.pk, "is_done": "on", "words": ""}).status_code == 422
    client.post(page, {"to": dana.pk, "is_done": "on", "words": "Evidence is at Stripe."})

    assert page not in words(client)
    assert "Evidence is at Stripe." in words(client, f"{INBOX}done/")
    client.post(page, {"to": dana.pk, "again": "on", "words": "Stripe wants more."})
    assert page in words(client)
    verbs = list(InboxRemark.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["assigned", "commented", "done", "again"]
    assert {remark.by for remark in InboxRemark.objects.all()} == {dana}


def test_what_settles_itself_is_not_called_done_by_hand_and_the_page_says_why(one_of_each, client_of):
    client = client_of(member(MANAGER))
    page = entry_page("payment", Payment.objects.get(state="review").pk)

    assert 'name="is_done"' not in words(client, page)
    assert "once somebody has decided about it" in words(client, page)
    client.post(page, {"is_done": "on", "words": "Never mind"})

    assert not InboxRemark.objects.filter(verb="done").exists()
    assert page in words(client)


def test_nobody_gets_what_they_may_not_see(one_of_each, client_of):
    clerk = member(DESK)
    page = entry_page("books", BooksCheck.objects.get().pk)

    answer = client_of(member(MANAGER)).post(page, {"to": clerk.pk, "words": ""})

    assert answer.status_code == 422
    assert not InboxRemark.objects.exists()


def test_an_entry_that_never_was_is_none_and_one_that_settled_says_so(one_of_each, client_of):
    client = client_of(member(MANAGER))
    page = entry_page("dispute", "dp_1")
    client.post(page, {"words": "Asked the guarantor."})
    Dispute.objects.filter(pk="dp_1").update(status="won")

    assert "This has settled itself" in words(client, page)
    assert "Asked the guarantor." in words(client, page)
    for other in (entry_page("dispute", "dp_9"), entry_page("nothing", "1")):
        assert client.get(other).status_code == 404


def test_what_was_said_stays_as_it_was_said(one_of_each, client_of):
    client_of(member(DESK)).post(entry_page("dispute", "dp_1"), {"words": "Asked the guarantor."})
    remark = InboxRemark.objects.get()

    with pytest.raises(Exception, match="Cannot update"):
        InboxRemark.objects.filter(pk=remark.pk).update(words="Nothing")


def test_where_a_dispute_leads_it_is_told_in_words_and_not_stripes(one_of_each, client_of):
    client = client_of(member(DESK))
    disputes = reverse("admin:payments_dispute_changelist")

    for page in (disputes, reverse("admin:payments_dispute_change", args=["dp_1"])):
        told = words(client, page)
        assert "It was charged twice" in told
        assert "Stripe waits for evidence" in told
        assert ">duplicate<" not in told
        assert ">needs_response<" not in told
    assert [row.pk for row in client.get(disputes, {"status": "needs_response"}).context["cl"].queryset] == ["dp_1"]
    assert not client.get(disputes, {"status": "prevented"}).context["cl"].queryset


def test_once_the_bank_has_decided_a_dispute_is_not_due_any_more(one_of_each, client_of):
    client, page = client_of(member(DESK)), reverse("admin:payments_dispute_change", args=["dp_1"])
    Dispute.objects.update(due_by=dt.datetime(2031, 3, 14, 12, tzinfo=dt.UTC))
    assert "March 14, 2031" in words(client, page)

    Dispute.objects.update(status="lost")

    assert "2031" not in words(client, page)
