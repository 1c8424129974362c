"""The demo's doors: sign-in by one click and the mail page, which a practice must never have."""

import datetime as dt
import re
from pathlib import Path
from urllib.parse import quote

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django.fixtures import Settings
from standardwebhooks.webhooks import Webhook

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Practice
from pops.local import links, mail
from pops.subscribers.endpoints import make_endpoint
from tests.factories.accounts import UserFactory, login_of
from tests.factories.staff import ADMIN, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings: Settings) -> None:
    """Pages without collectstatic before."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def demo(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client) -> Client:
    monkeypatch.setenv("POPS_MAIL_DIR", str(tmp_path))
    settings.ROOT_URLCONF = "pops.local.urls"
    return client


def door(email: str, *, key: str = "") -> str:
    return f"/demo/sign-in/{links.make_token(email, key=key or django_settings.SECRET_KEY)}/"


def test_one_click_signs_a_guarantor_in(demo: Client, guarantor: Guarantor) -> None:
    answer = demo.get(door(guarantor.email))

    assert answer.url == reverse("landing")  # type: ignore[attr-defined]
    assert demo.session["_auth_user_id"] == str(login_of(guarantor).pk)


def test_one_click_takes_staff_to_the_back_office(demo: Client) -> None:
    staff = UserFactory(is_staff=True)

    assert demo.get(door(staff.email)).url == reverse("admin:index")  # type: ignore[attr-defined]


def test_a_forged_token_is_not_found(demo: Client, staff_user: User) -> None:
    for path in (
        "/demo/sign-in/nonsense/",
        door(staff_user.email, key="another key"),
        door(staff_user.email)[:-3] + "/",
    ):
        assert demo.get(path).status_code == 404
    assert "_auth_user_id" not in demo.session


def test_a_token_ends_after_a_day(demo: Client, staff_user: User) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)):
        path = door(staff_user.email)

    assert demo.get(path).status_code == 404


def test_nobody_signs_in_by_an_address_without_a_login_or_a_closed_one(demo: Client) -> None:
    closed = UserFactory(is_active=False)

    assert demo.get(door("stranger@example.com")).status_code == 404
    assert demo.get(door(closed.email)).status_code == 404


def test_the_product_has_none_of_these_doors(client: Client, staff_user: User) -> None:
    client.force_login(staff_user)

    assert client.get(door(staff_user.email)).status_code == 404
    assert client.get("/demo/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo:mail_list")


def send(subject: str = "Your receipt") -> None:
    message = EmailMultiAlternatives(subject, "Paid: $50.00\nhttps://example.com/receipts/", "desk@example.com")
    message.to = ["maria@example.com"]
    message.attach_alternative("<style>p{color:red}</style><p>Paid</p><script>alert(1)</script>", "text/html")
    message.attach("note.txt", "hello", "text/plain")
    get_connection("pops.local.mail.FolderBackend").send_messages([message])


def test_the_mail_page_lists_the_newest_first(demo: Client) -> None:
    assert "Nothing was sent yet" in demo.get("/demo/mail/").content.decode()
    send("The first")
    send("The second")

    page = demo.get("/demo/mail/").content.decode()

    assert re.findall("The first|The second", page) == ["The second", "The first"]
    assert "maria@example.com" in page


def test_a_mail_is_shown_with_its_text_and_attachments(demo: Client) -> None:
    send()
    name = mail.list_mails()[0].name

    answer = demo.get(f"/demo/mail/{name}/")

    page = answer.content.decode()
    assert "Your receipt" in page
    assert "Paid: $50.00" in page
    assert '<a href="https://example.com/receipts/"' in page
    assert "note.txt (text/plain, 5" in page
    assert "alert(1)" not in page
    assert "frame-src" in answer["Content-Security-Policy"]


def test_the_html_part_is_served_in_a_sandbox(demo: Client) -> None:
    send()
    name = mail.list_mails()[0].name

    answer = demo.get(f"/demo/mail/{name}/html/")

    policy = {part.split()[0]: part.split()[1:] for part in answer["Content-Security-Policy"].split(";")}
    assert "<p>Paid</p>" in answer.content.decode()
    assert policy["default-src"] == ["'none'"]
    assert policy["style-src"] == ["'unsafe-inline'"]
    assert "script-src" not in policy
    assert "allow-scripts" not in policy["sandbox"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mail_that_is_not_there_is_not_found(demo: Client, tmp_path: Path) -> None:
    (tmp_path.parent / "outside.eml").write_text("Subject: private\n\nx")

    for name in ("20260101-000000-000000-abcd", quote("../outside", safe="")):
        assert demo.get(f"/demo/mail/{name}/").status_code == 404
    assert mail.find_mail("../outside") is None


def test_the_other_program_takes_what_is_signed_and_can_be_away(
    demo: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, practice: Practice, settings: Settings
) -> None:
    monkeypatch.setenv("POPS_HOOK_DIR", str(tmp_path))
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    facts = {"url": "http://127.0.0.1/demo/webhooks/in/", "events": ["receipt.created"]}
    _, secret = make_endpoint(name="Practice system", **facts, by=member(ADMIN))  # type: ignore[arg-type]
    now, body = dt.datetime.now(dt.UTC), '{"type":"receipt.created"}'
    signed = {
        "webhook-id": "chg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("chg_1", now, body),
    }

    def told(sent: str) -> int:
        return demo.post("/demo/webhooks/in/", sent, content_type="application/json", headers=signed).status_code

    assert (told(body), told('{"type":"receipt.voided"}')) == (200, 400)
    demo.post("/demo/webhooks/away/", {"away": "yes"})
    assert told(body) == 503
    page = demo.get("/demo/webhooks/").content.decode()
    assert page.count("signature good") == 2
    assert "Be there again" in page
