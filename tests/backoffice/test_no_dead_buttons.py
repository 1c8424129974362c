"""What would be refused is no button: it stands on the page with the reason, and with what to do instead."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from batches.closing import close_batch
from pops.core.accounts.retiring import retire_guarantor
from pops.core.imports.models import AccountImport
from pops.web.backoffice.desk.action import DeskButton
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.void import why_not_void
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.appointments import AppointmentRequestFactory
from tests.factories.desk import batch_of, close, take, tender, today
from tests.factories.practice import GroupFactory
from tests.factories.sessions import PortalSessionFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member


def receipt_page(client, receipt):
    return client.get(reverse("admin:receipts_receipt_change", args=[receipt.pk])).content.decode()


@pytest.fixture
def dana(practice):
    dana = member(DESK, name="Dana Whitfield")
    batch_of(dana)
    return dana


def test_a_receipt_says_why_not(dana, client_of):
    receipt = take(dana)
    client = client_of(dana)
    void = reverse("backoffice:void", args=[receipt.pk])
    assert f'href="{void}"' in receipt_page(client, receipt)
    client.post(void, {"reason": "Wrong guarantor"})

    page = receipt_page(client, receipt)

    assert f'href="{void}"' not in page
    assert "This receipt is voided already." in page


def test_a_void_after_the_close_says_what_to_do_and_who_may(dana, client_of):
    receipt = take(dana)
    close(dana.attachment.batch, dana, cash=5000)
    page = reverse("backoffice:void", args=[receipt.pk])
    reopen, refund = (
        reverse("backoffice:reopen", args=[receipt.batch_id]),
        reverse("backoffice:refund", args=[receipt.pk]),
    )

    assert "What to do" in receipt_page(client_of(dana), receipt)
    told = client_of(dana).get(page).content.decode()
    assert "Have the batch reopened and void the receipt then, or refund it instead." in told
    assert "Reopen the batch: this takes a Billing manager or an Administrator." in told
    assert reopen not in told
    told = client_of(member(MANAGER)).get(page).content.decode()
    assert reopen in told
    assert refund in told


def test_a_void_of_what_was_refunded_names_what_can_be_done(dana, client_of):
    """No page says to refund what was refunded, whatever day it was."""
    ruth, receipt = member(MANAGER), take(dana)
    facts = {"amounts": {"cash": 5000}, "reason": "Overpaid", "now": timezone.now(), "today": today(), "by": dana}
    back = refund_at_desk(receipt_number=receipt.pk, **facts)
    page = reverse("backoffice:void", args=[receipt.pk])
    refund = reverse("backoffice:refund", args=[receipt.pk])
    client = client_of(ruth)

    told = client.get(page).content.decode()
    assert f"All of this receipt was refunded. If that is wrong, void receipt {back} first." in told
    close(receipt.batch, dana, cash=0)
    told = client.get(page).content.decode()
    assert "All of this receipt was refunded. Nothing is left to give back." in told
    assert "Nothing of this receipt is left to refund." in client.get(refund).content.decode()
    assert refund not in told
    late = client.get(reverse("backoffice:void", args=[back])).content.decode()
    assert "Have the batch reopened and void the receipt then." in late
    tomorrow = why_not_void(Receipt.objects.get(pk=back), today=today() + dt.timedelta(days=1))
    assert "A refund can be voided on its day" in tomorrow.words


def test_voiding_an_online_payment_is_a_right_of_its_own(practice, pay, client_of):
    receipt = pay(at=timezone.now())
    page = reverse("backoffice:void", args=[receipt.pk])
    for role, status in ((DESK, 403), (MANAGER, 200), (ADMIN, 200)):
        assert client_of(member(role)).get(page).status_code == status
    assert page not in receipt_page(client_of(member(DESK)), receipt)

    trusted = member(DESK)
    trusted.user_permissions.add(Permission.objects.get(codename="void_online"))
    assert page in receipt_page(client_of(trusted), receipt)


def test_a_void_needs_a_batch_and_says_so_before_the_reason_is_typed(dana, client_of):
    receipt = take(dana)

    page = client_of(member(DESK)).get(reverse("backoffice:void", args=[receipt.pk])).content.decode()

    assert "You work in no batch." in page
    assert "Void the receipt</button>" not in page


def test_a_batch_says_why_not(open_batch, client_of):
    client = client_of(member(MANAGER))
    page = reverse("admin:batches_referencebatch_change", args=[open_batch.pk])
    archive = reverse("backoffice:archive", args=[open_batch.pk])

    assert archive not in client.get(page).content.decode()
    assert "This batch is open." in client.get(page).content.decode()
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=member(MANAGER))
    told = client.get(page).content.decode()
    assert archive in told
    asked = client.get(archive).content.decode()
    assert "an archived batch stays archived" in asked
    assert "Archive the batch</button>" in asked
    assert "This batch is closed: nothing can be written into it." in told
    assert "The files of its close are still being made." in told


def test_a_button_that_asks_nothing_says_what_undoes_it():
    def below(kind):
        return {kind, *(one for sub in kind.__subclasses__() for one in below(sub))}

    acts = {one for one in below(DeskButton) if "do" in vars(one)}

    assert len(acts) > 10
    assert not {one.__name__ for one in acts if not getattr(one, "undone_by", "")}


def test_a_guarantors_page_says_why_not(dana, client_of):
    maria = GuarantorFactory(email="")
    story = reverse("backoffice:account", args=[maria.pk])
    credit, notice = (reverse(f"backoffice:{name}", args=[maria.pk]) for name in ("use_credit", "send_notice"))
    client = client_of(dana)

    page = client.get(story).content.decode()
    for words in ("There is no credit.", "There is no email address on file.", "No statement was entered yet."):
        assert words in page
    assert credit not in page
    assert notice not in page

    take(dana, tender(2000), guarantor=maria, parts={})
    assert "No credit can be applied now" in client.get(story).content.decode(), "nothing is owed"
    ServiceLineFactory(guarantor=maria, billed_cents=3000)
    assert credit in client.get(story).content.decode()


def test_the_tools_of_a_guarantor_say_why_not(dana, client_of):
    """Each button above the page where an account is changed, before and after it is retired."""
    maria = GuarantorFactory()
    client = client_of(member(MANAGER))
    address = reverse("admin:accounts_guarantor_change", args=[maria.pk])
    acts = ("take", "link_person", "change_email", "merge", "retire_guarantor")
    pages = [reverse(f"backoffice:{name}", args=[maria.pk]) for name in acts]
    statement = reverse("backoffice:enter_statement", args=[maria.pk])

    page = client.get(address).content.decode()
    assert [one for one in pages if f'href="{one}"' not in page] == []
    assert statement not in page
    assert "All that this guarantor owes stood on a statement already." in page

    retire_guarantor(guarantor_id=maria.pk, reason="Entered twice", by=member(MANAGER))
    page = client.get(address).content.decode()
    assert [one for one in [*pages, statement] if f'href="{one}"' in page] == []
    assert "This account was entered by mistake and is retired." in page
    assert reverse("admin:receipts_receipt_changelist") in page, "what there is can be looked at"


def test_a_checked_file_says_why_nothing_is_loaded(practice, client_of):
    facts = {"state": AccountImport.State.CHECKED, "file": "accounts", "rows": 3, "bad": 3}
    run = AccountImport.objects.create(name="all-bad.csv", kind="guarantors", **facts)

    page = client_of(member(ADMIN)).get(reverse("backoffice:import", args=[run.pk])).content.decode()

    assert "None of its lines can be loaded." in page
    assert "Load 0 lines" not in page


def test_two_batches_of_one_name_are_told_apart(dana, client_of):
    """By day, clerk and supplement, wherever a batch is named alone."""
    receipt, title = take(dana), dana.attachment.batch.title
    assert title.endswith("Dana Whitfield")
    client = client_of(dana)
    pages = [
        reverse("admin:index"),
        reverse("backoffice:my_batch"),
        reverse("backoffice:close_day"),
        reverse("admin:receipts_receipt_changelist"),
        reverse("admin:receipts_receipt_change", args=[receipt.pk]),
        reverse("admin:batches_referencebatch_change", args=[receipt.batch_id]),
        reverse("backoffice:count", args=[receipt.batch_id]),
    ]
    assert [page for page in pages if title not in client.get(page).content.decode()] == []


def test_a_name_leads_nowhere_for_who_may_not_look_at_it(dana, client_of):
    """Rows of Django's own pages name facilities, providers, groups and staff: a link to them would be refused."""
    visit = ServiceLineFactory().encounter
    wish, session = AppointmentRequestFactory(asked_by=dana), PortalSessionFactory(group=GroupFactory())
    pages = [reverse(f"admin:{name}_change", args=[row.pk]) for name, row in (
        ("accounts_encounter", visit), ("appointments_appointmentrequest", wish),
        ("portal_sessions_portalsession", session),
    )]  # fmt: skip
    client = client_of(dana)

    told = [client.get(page).content.decode() for page in pages]

    for name in (visit.facility.name, visit.provider.name, dana.name, session.group.name):
        assert name in "".join(told)
    links = {link for page in told for link in re.findall(r'href="(/admin/[^"?#]+)', page)}
    assert [link for link in sorted(links) if client.get(link).status_code == 403] == []
    assert reverse("admin:accounts_patient_change", args=[visit.patient_id]) in links
