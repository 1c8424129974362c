"""Exactly the seven fields, in both parts, pinned by golden files; nothing about health; no pixel, no attachment."""

import os
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from notifications.channels.email import build_email
from notifications.delivery import deliver_due
from notifications.models import Message
from pops.core.practice.models import Practice
from pops.core.practice.pictures import LOGO, read_picture
from receipts.notices import messages_of, ways_to_ask, write
from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.messages import post_mail
from tests.factories.pictures import picture_file
from tests.factories.practice import ProviderFactory
from tests.notifications.receipts import VISA, make_receipt

GOLDEN = Path(__file__).parent / "golden"
LABELS = ["Receipt #", "Guarantor", "Account", "Date Paid", "Transaction #", "Card Type", "Amount Paid"]

pytestmark = [pytest.mark.usefixtures("open_batch"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def site(settings, practice):
    settings.SITE_URL = "https://pay.lakeside.example"
    settings.DEFAULT_FROM_EMAIL = "POPS <receipts@lakeside.example>"
    Practice.objects.update(email="billing@lakeside.example")


def mail_of(receipt):
    post_mail(receipt)
    return build_email(messages_of(receipt).get(), write(receipt, Practice.objects.get()))


def html_of(message):
    (alternative,) = message.alternatives
    assert alternative.mimetype == "text/html"
    return alternative.content


def read_back(message):
    """As the recipient's program reads it."""
    return message_from_bytes(message.message().as_bytes(), policy=policy.default)


def card_payment(**guarantor):
    guarantor = GuarantorFactory(account_number="48210", **guarantor)
    return make_receipt({"ch_3Q8ZkLakeside": (12550, VISA)}, guarantor=guarantor)


def mixed_payment():
    return make_receipt(
        {
            "ch_3Q8ZkLakeside": (10000, {**VISA, "method": "apple_pay"}),
            "check-1023": (2550, {"method": "check", "check_number": "1023"}),
            "cash-77": (500, {"method": "cash"}),
        }
    )


def refund():
    payment = card_payment()
    return make_receipt(
        {"re_3Q8ZkLakeside": (-5000, VISA)}, number=90235, guarantor=payment.guarantor, refund_of=payment
    )


@pytest.mark.parametrize("make", [card_payment, mixed_payment, refund], ids=lambda make: make.__name__)
def test_both_parts_are_as_pinned(make):
    message = mail_of(make())

    for content, name in ((message.body, f"{make.__name__}.txt"), (html_of(message), f"{make.__name__}.html")):
        if os.environ.get("UPDATE_GOLDEN"):
            (GOLDEN / name).write_text(content)
        assert content == (GOLDEN / name).read_text()


def test_there_are_exactly_seven_fields_in_order():
    message = mail_of(card_payment())

    assert re.findall(r"^(.+?): .", message.body, re.MULTILINE) == LABELS
    assert re.findall(r"<th[^>]*>(.+?)</th>", html_of(message)) == LABELS


def test_what_was_paid_with_stands_as_it_was_taken_wherever_the_rows_lie():
    first = {"method": "check", "pk": -1}
    receipt = make_receipt({"cash-77": (500, {"method": "cash"}), "check-1023": (2550, first)})

    assert "Transaction #: check-1023, cash-77\nCard Type: Check, Cash\n" in mail_of(receipt).body


def test_it_comes_from_the_practice_and_is_answered_by_it():
    mail = read_back(mail_of(card_payment(email="maria@example.com")))

    assert mail["Subject"] == "Receipt 90234 from Lakeside Family Medicine"
    assert mail["From"] == "Lakeside Family Medicine <receipts@lakeside.example>"
    assert mail["To"] == "maria@example.com"
    assert mail["Reply-To"] == "billing@lakeside.example"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_refund_has_words_of_its_own():
    message = mail_of(refund())

    assert message.subject == "Refund receipt 90235 from Lakeside Family Medicine"
    assert "Amount Refunded: $50.00" in message.body
    assert "Paid" not in message.body
    assert "Thank you" not in message.body + html_of(message)


def test_nothing_about_health_no_card_number_no_pixel_no_attachment(pay):
    guarantor = GuarantorFactory(name="Maria Alvarez")
    visit = EncounterFactory(
        patient=PatientFactory(guarantor=guarantor, name="Leo Quimby"), provider=ProviderFactory(name="Priya Raman, MD")
    )
    line = ServiceLineFactory(encounter=visit, description="Colposcopy", procedure_code="57452")
    receipt = pay(guarantor)
    assert receipt.postings.get().line == line

    message = build_email(messages_of(receipt).get(), write(receipt, Practice.objects.get()))
    mail = read_back(message)
    everything = message.message().as_string() + message.body + html_of(message)

    for secret in ("Quimby", "Raman", "Colposcopy", "57452", str(visit.number), "Main Clinic", "4242", "2030"):
        assert secret not in everything
    assert not list(mail.iter_attachments())
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "<img" not in everything
    assert re.findall(r"""(?:src|background|url)\s*[=(]""", html_of(message)) == []
    assert set(re.findall(r"https?://[^/\"]+", everything)) == {"https://pay.lakeside.example"}


def test_the_link_leads_to_sign_in_and_then_to_the_receipt(client, client_of):
    receipt = card_payment()
    (link,) = re.findall(r"https://\S+", mail_of(receipt).body)
    path = link.removeprefix("https://pay.lakeside.example")

    assert path == f"/sign-in/?next=%2Freceipts%2F{receipt.pk}%2F%3Fvia%3Demail"
    page = client.get(path)
    assert page.status_code == 200
    assert f'value="/receipts/{receipt.pk}/?via=email"' in page.content.decode()
    assert client_of(receipt.guarantor).get(path).url == f"/receipts/{receipt.pk}/?via=email", "signed in already"


def test_the_groups_logo_is_shown_from_the_practices_own_address(client):
    receipt = card_payment()
    group = receipt.guarantor.group
    group.logo = read_picture(picture_file(250, 64), LOGO)
    group.save()

    html = html_of(mail_of(receipt))

    (address,) = re.findall(r'<img src="([^"]+)" alt=""', html)
    assert address == f"https://pay.lakeside.example/{group.logo.name}"
    answer = client.get(address.removeprefix("https://pay.lakeside.example"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert "Lakeside Family Medicine</p>" in html, "readable with images off"


@pytest.mark.parametrize("name", ["Ann\r\nBcc: thief@example.com", "Ann\nAmount Paid: $9,999.00", "Ann\u2028\x85Smith"])
def test_a_name_with_line_breaks_makes_no_header_and_no_field(name):
    Practice.objects.update(name=name)
    message = mail_of(card_payment(name=name))
    mail = read_back(message)

    assert mail["Bcc"] is None
    assert message.recipients() == [mail["To"]]
    assert re.findall(r"^(.+?): .", message.body, re.MULTILINE)[-7:] == LABELS
    assert message.body.startswith("Ann ")
    assert "Guarantor: Ann " in message.body


def test_a_name_of_300_characters_is_whole():
    name = ("Wolfeschlegelsteinhausen " * 12)[:299] + "x"
    mail = read_back(mail_of(card_payment(name=name)))

    assert f"Guarantor: {name}\n" in mail.get_body(("plain",)).get_content()
    assert name in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("name", ["Søren Åkesson", "王小明", "Мария Иванова", "ليلى حسن"])
def test_names_in_any_script_arrive_as_they_are(name):
    Practice.objects.update(name=f"Клиника {name}")
    mail = read_back(mail_of(card_payment(name=name)))

    assert f"Guarantor: {name}\n" in mail.get_body(("plain",)).get_content()
    assert name in mail.get_body(("html",)).get_content()
    assert mail["Subject"].strip() == f"Receipt 90234 from Клиника {name}"
    assert mail["From"].addresses[0].display_name == f"Клиника {name}"


def test_markup_in_a_name_is_text():
    message = mail_of(card_payment(name="<b>Ann</b> & Co"))

    assert "Guarantor: <b>Ann</b> & Co" in message.body
    assert "&lt;b&gt;Ann&lt;/b&gt; &amp; Co" in html_of(message)


@pytest.mark.parametrize(
    ("address", "arrives_at"),
    [
        ("maria+receipts@example.com", "maria+receipts@example.com"),
        ("maria@bücher.example", "maria@xn--bcher-kva.example"),
    ],
)
def test_plus_and_international_addresses_are_reached(smtp, pay, address, arrives_at):
    pay(GuarantorFactory(email=address))

    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert arrives_at in [mail.to for mail in smtp.accepted]


def test_an_address_no_mail_server_takes_is_told_to_staff(smtp, pay):
    receipt = pay(GuarantorFactory(email="märia@example.com"))

    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert (messages_of(receipt).get().state, messages_of(receipt).get().error) == (
        "failed",
        "No mail can be sent to this address.",
    )


@pytest.mark.parametrize(
    ("reply_to", "phone", "parts"),
    [
        ("billing@example.com", "(555) 010-2000", ["Reply to this email or call", "(555) 010-2000"]),
        ("billing@example.com", "", ["Reply to this email"]),
        ("", "(555) 010-2000", ["Call", "(555) 010-2000"]),
        ("", "", []),
    ],
)
def test_questions_lead_to_what_is_known(reply_to, phone, parts):
    assert ways_to_ask(reply_to, phone) == parts
