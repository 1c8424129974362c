"""Staff see what became of each mail, on the receipt and on the guarantor, and send it again: once, with a reason."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from notifications.models import Message
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused
from receipts.models import ReceiptVoid
from receipts.notices import messages_of, send_again
from tests.concurrency import run_together
from tests.factories.accounts import UserFactory
from tests.factories.practice import GroupFactory

pytestmark = pytest.mark.django_db

RIGHTS = ["view_receipt", "view_guarantor", "view_message", "send_message_again", "change_guarantor"]


@pytest.fixture
def desk(client_of, staff_user):
    staff_user.user_permissions.set(Permission.objects.filter(codename__in=[*RIGHTS, "view_group", "change_group"]))
    return client_of(User.objects.get(pk=staff_user.pk))


@pytest.fixture
def bounced(pay, guarantor):
    email = messages_of(pay(guarantor)).get()
    moment = dt.datetime(2026, 3, 2, 17, 5, tzinfo=dt.UTC)
    Message.objects.update(state="bounced", sent_at=moment, ended_at=moment, error="The address does not take mail.")
    email.refresh_from_db()
    return email


def again_url(email):
    return reverse("admin:notifications_message_send_again", args=[email.pk])


def test_the_receipt_and_the_guarantor_show_state_address_and_time(desk, bounced):
    for path in (
        reverse("admin:receipts_receipt_change", args=[bounced.about_id]),
        reverse("admin:accounts_guarantor_change", args=[bounced.guarantor_id]),
    ):
        page = desk.get(path).content.decode()
        assert "Bounced March 2, 2026, 12:05 PM" in page
        assert bounced.to in page
        assert "The address does not take mail." in page
        assert again_url(bounced) in page


def test_a_receipt_without_a_mail_says_why(desk, pay, guarantor):
    guarantor.group.email_receipts = False
    guarantor.group.save()
    receipt = pay(guarantor)

    page = desk.get(reverse("admin:receipts_receipt_change", args=[receipt.pk])).content.decode()

    assert "Email Receipts is not checked in POPS Management" in page


def test_send_again_goes_to_the_address_of_now_and_keeps_who_and_why(desk, bounced, staff_user):
    Guarantor.objects.update(email="right@example.com")

    answer = desk.post(again_url(bounced), {"reason": "The address had a typo."}, follow=True)

    assert "is queued again, to right@example.com" in answer.content.decode()
    copy = Message.objects.get(copy_of=bounced)
    assert (copy.to, copy.state, copy.copied_by, copy.copy_reason) == (
        "right@example.com",
        "queued",
        staff_user,
        "The address had a typo.",
    )
    assert copy.message_id != bounced.message_id
    assert "Sent again by Dana Whitfield: The address had a typo." in answer.content.decode()
    bounced.refresh_from_db()
    assert bounced.state == "bounced"


def test_once_is_all(desk, bounced):
    desk.post(again_url(bounced), {"reason": "The address had a typo."})
    Message.objects.update(state="sent", sent_at=timezone.now())

    for email in Message.objects.all():
        answer = desk.post(again_url(email), {"reason": "And again."})
        assert "Once is all." in answer.content.decode()
        assert not email.can_be_sent_again

    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_it_once(bounced, staff_user):
    def again():
        try:
            send_again(message_id=bounced.pk, reason="Asked for it.", by=staff_user)
        except Refused:
            return "refused"
        return "sent"

    assert sorted(run_together([again] * 4)) == ["refused", "refused", "refused", "sent"]


def test_a_reason_is_asked_for(desk, bounced):
    for reason in ("", "   "):
        assert "Say why." in desk.post(again_url(bounced), {"reason": reason}).content.decode()

    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email_opt_out": True}, "asked for no receipts by email"),
        ({"email": ""}, "has no email address"),
        ({"group": None}, "Email Receipts is not checked"),
    ],
)
def test_who_gets_no_mail_now_gets_none_again(desk, bounced, change, words):
    if "group" in change:
        change = {"group": GroupFactory(email_receipts=False)}
    Guarantor.objects.update(**change)

    assert words in desk.post(again_url(bounced), {"reason": "Asked for it."}).content.decode()
    assert Message.objects.count() == 1


def test_the_email_of_a_voided_receipt_is_not_sent_again(bounced, staff_user):
    ReceiptVoid.objects.create(receipt_id=bounced.about_id, reason="Keyed twice", voided_by=staff_user)

    with pytest.raises(Refused, match="voided"):
        send_again(message_id=bounced.pk, reason="The address had a typo.", by=staff_user)


def test_what_is_on_its_way_is_not_sent_again(desk, pay):
    email = messages_of(pay()).get()

    assert "still on its way" in desk.post(again_url(email), {"reason": "The address had a typo."}).content.decode()


def test_sending_again_is_a_right_of_its_own(client_of, bounced):
    viewer = UserFactory(is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__in=["view_message", "view_receipt"]))

    assert client_of(viewer).get(again_url(bounced)).status_code == 403
    assert client_of(viewer).post(again_url(bounced), {"reason": "The address had a typo."}).status_code == 403


def test_staff_note_that_a_guarantor_wants_no_mail_and_change_no_address_beside_it(desk, guarantor):
    path = reverse("admin:accounts_guarantor_change", args=[guarantor.pk])
    inline = {"patients-TOTAL_FORMS": 0, "patients-INITIAL_FORMS": 0}

    desk.post(
        path,
        {
            "email_opt_out": "on",
            "why": "Told the desk.",
            "name": guarantor.name,
            "group": guarantor.group_id,
            "email": "x@example.com",
            **inline,
        },
    )

    email = guarantor.email
    guarantor.refresh_from_db()
    assert guarantor.email_opt_out
    assert guarantor.email == email


def test_the_health_panel_counts(desk, pay):
    failed, bounced, sent, waiting = (messages_of(pay()).get() for _ in range(4))
    moment = timezone.now()
    Message.objects.filter(pk=failed.pk).update(state="failed", ended_at=moment, error="Given up after a day.")
    Message.objects.filter(pk=bounced.pk).update(state="bounced", ended_at=moment - dt.timedelta(days=2))
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=dt.datetime(2026, 3, 2, 17, 5, tzinfo=dt.UTC))

    for path in ("/admin/practice/", reverse("admin:practice_group_change", args=[waiting.guarantor.group_id])):
        page = " ".join(desk.get(path).content.decode().split())
        assert "<dt>Waiting</dt><dd>1</dd>" in page
        assert "<dt>Oldest waiting since</dt><dd>Nothing waits" not in page
        assert ">1</a></dd>" in page
        assert "<dd>March 2, 2026, 12:05 PM</dd>" in page


def test_the_link_of_the_panel_shows_those_that_failed(desk, pay):
    failed = messages_of(pay()).get()
    Message.objects.update(state="failed", ended_at=timezone.now(), error="Given up after a day.")
    page = desk.get("/admin/practice/").content.decode()
    link = page.split("Failed today")[1].split('href="')[1].split('"')[0].replace("&amp;", "&")

    answer = desk.get(link)

    assert answer.status_code == 200
    assert failed.to in answer.content.decode()
