"""What is confidential on every page, mail and PDF of the portal: its money counts, and no word of it is there."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.core.accounts.models import Encounter
from pops.web.portal.urls import urlpatterns
from receipts.documents.receipts import store_document
from receipts.models import Receipt, ReceiptDocument
from receipts.owed import get_balances
from tests.addresses import addresses_of
from tests.confidential.reading import mails, text_of, words_in
from tests.factories.confidential import CATALOG, WORDS, make_practice, numbers
from tests.golden import page_text

ALL = [*WORDS, *CATALOG]


@pytest.fixture
def made(practice, pay):
    """Marked after the money: its receipts copied the names."""
    made = make_practice(is_marked=False, pay=pay)
    made.mark()
    return made


def store_documents(made):
    """As the worker does, for new receipts and for who waits."""
    for number in numbers(made):
        store_document(receipt_number=number)


def walk(made, client):
    """All addresses of the portal, with all that belongs to the guarantor; filters and searches too."""
    known = {
        "number": numbers(made),
        "payment_id": list(made.guarantor.payments.values_list("pk", flat=True)),
        "request_id": list(made.guarantor.appointment_requests.values_list("pk", flat=True)),
        "statement_id": list(made.guarantor.statements.values_list("pk", flat=True)),
        "card_id": list(made.guarantor.stored_cards.values_list("pk", flat=True)),
        "group_id": [],
        "token": [],  # the pages it opens are walked by payment_id
    }
    addresses = list(addresses_of(urlpatterns, known))
    for address in [*addresses, *(f"{reverse('receipts:history')}?status={name}" for name in ("paid", "voided"))]:
        answer = client.get(address, follow=True)
        yield address, client.post(address, follow=True) if answer.status_code == 405 else answer


@pytest.mark.parametrize("is_marked", [True, False], ids=["marked before the money", "marked after it"])
def test_no_page_and_no_pdf_says_a_word_of_it(is_marked, practice, pay, settings, tmp_path, client_of):
    settings.MEDIA_ROOT = str(tmp_path)
    made = make_practice(is_marked=is_marked, pay=pay)
    store_documents(made)
    made.mark()
    store_documents(made)
    client, pdfs = client_of(made.guarantor), 0
    for address, answer in walk(made, client):
        assert answer.status_code < 500, address
        assert words_in(text_of(answer), ALL) == [], address
        pdfs += answer["Content-Type"] == "application/pdf"

    assert pdfs >= 4


def test_no_mail_says_a_word_of_it(made, client_of):
    client = client_of(made.guarantor)
    for number in numbers(made):
        client.post(reverse("receipts:send_again", args=[number]))
    for lane in Message.Lane:
        deliver_due(lane=lane, seconds=20)

    assert len(mail.outbox) >= 4
    assert [words_in(text, ALL) for text in mails()] == [[]] * len(mail.outbox)


def test_the_money_counts_and_is_explained(made, client_of):
    client = client_of(made.guarantor)
    balances = get_balances(made.guarantor)
    page = page_text(client.get("/account/").content.decode())

    hidden = sum(
        max(line.owed.remaining_cents, 0)
        for visit in Encounter.objects.filter(number__in=[881234, 881190])
        for line in visit.lines.all()
    )
    assert f"${balances.current_cents / 100:.2f}" in page
    assert "Other services Ask the practice about them." in " ".join(page.split())
    assert f"${hidden / 100:.2f}" in page
    assert "$40.00" in page  # in collections
    assert "Strep test, rapid" in page


def test_a_receipt_says_honestly_what_it_does_not_itemize(made, client_of):
    client = client_of(made.guarantor)
    both = Receipt.objects.filter(guarantor=made.guarantor).latest("pk")
    answer = client.get(reverse("receipts:detail", args=[both.pk]))
    page = page_text(answer.content.decode())

    assert "no proof of them for a health spending account" in page
    assert "Strep test, rapid" in page
    assert "$90.00" in page  # billed: of what is itemized alone
    assert "$170.00" not in page
    itemized = answer.context["itemized"]
    assert (itemized.others, itemized.total.applied, itemized.applied, itemized.escrow) == (400, 1000, 1400, 1600)


def test_a_statement_gives_one_sum_and_no_pdf_that_may_name_it(made, client_of):
    client, statement = client_of(made.guarantor), made.guarantor.statements.get()
    answer = client.get(reverse("statements:detail", args=[statement.pk]))
    page = page_text(answer.content.decode())

    assert words_in(text_of(answer), ALL) == []
    assert "Other services" in page
    assert "Strep test, rapid" in page
    assert answer.context["detailed"].not_itemized == 0
    assert client.get(reverse("statements:document", args=[statement.pk])).status_code == 302


def test_receipt_history_gives_one_sum(made, client_of):
    page = page_text(client_of(made.guarantor).get("/receipts/").content.decode())

    assert "Other services" in page
    assert "Strep test, rapid" in page
    assert "$4.00" in page


@pytest.mark.parametrize("word", ["Quillfeather", "Vashti", "Thistledown", "Xenotherapy", "Ferrous"])
def test_searching_for_its_words_finds_nothing(made, client_of, word):
    answer = client_of(made.guarantor).get("/receipts/", {"q": word})

    assert answer.context["page"].rows == []


def test_its_patient_is_no_choice(made, client_of):
    client = client_of(made.guarantor)

    assert "Quillfeather" not in client.get("/receipts/").content.decode()
    assert client.get("/receipts/", {"patient": made.quill.pk}).context["page"].rows == []


def test_another_visits_patient_does_not_find_what_is_hidden(made, client_of):
    leo = made.visits[0].patient_id
    found = client_of(made.guarantor).get("/receipts/", {"patient": leo}).context["page"].rows

    assert [row.number for row in found] == [numbers(made)[-1]]  # the one that paid for Strep test too


def test_a_stored_pdf_that_names_it_is_kept_and_given_to_nobody(practice, pay, settings, tmp_path, client_of):
    settings.MEDIA_ROOT = str(tmp_path)
    made = make_practice(is_marked=False, pay=pay)
    client, number = client_of(made.guarantor), numbers(made)[-1]
    address = reverse("receipts:document", args=[number])
    store_document(receipt_number=number)
    named = client.get(address)
    assert words_in(text_of(named), ["xenotherapy"])

    made.mark()
    assert client.get(address, HTTP_IF_NONE_MATCH=named["ETag"]).status_code == 202  # another one is made
    assert store_document(receipt_number=number)
    assert not store_document(receipt_number=number)
    assert words_in(text_of(client.get(address)), ALL) == []

    made.mark(False)  # it was a mistake: the first one says all again
    assert text_of(client.get(address)) == text_of(named)
    assert ReceiptDocument.objects.filter(receipt=number).count() == 2


def test_other_patients_appointments_remain(made, client_of):
    made.visits[0].patient.appointments.create(number="A-3", starts_at=timezone.now(), visit_type="Blood pressure")
    page = page_text(client_of(made.guarantor).get("/appointments/").content.decode())

    assert "Blood pressure" in page
    assert "Mornings" in page
    assert words_in(page.lower(), ALL) == []


def test_with_all_of_it_hidden_nobody_is_told_that_they_are_paid_up(made, client_of):
    made.guarantor.patients.update(is_confidential=True)
    page = page_text(client_of(made.guarantor).get("/account/").content.decode())

    assert "No visits" not in page
    assert "Other services" in page
    assert "Strep" not in page
