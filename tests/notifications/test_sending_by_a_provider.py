"""A provider's API instead of SMTP: what it is told, and what its answers mean."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.mail import get_connection

from notifications.delivery import deliver_due
from notifications.models import Message
from receipts.notices import messages_of

pytestmark = pytest.mark.django_db

ACCEPTED = (200, {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1", "To": ""})

INACTIVE = "Found inactive addresses: {to}. Inactive recipients are ones that have generated a hard bounce."


class Provider(BaseHTTPRequestHandler):
    """Postmark's side. What it answers and what it was told lie on the class."""

    answer: tuple[int, object] = ACCEPTED
    told: list[dict] = []

    def do_POST(self):
        self.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status, body = self.answer
        if isinstance(body, dict):
            to = self.told[-1]["To"]
            body = {**body, "To": to, "Message": body.get("Message", "").replace("{to}", to)}
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider(settings):
    Provider.answer, Provider.told = ACCEPTED, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings.EMAIL_PROVIDER = "postmark"
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        **settings.ANYMAIL,
        "POSTMARK_SERVER_TOKEN": "token",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
    }
    yield Provider
    server.shutdown()
    server.server_close()


def test_the_provider_is_told_all_and_asked_not_to_watch_the_reader(pay, provider):
    email = messages_of(pay()).get()

    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    (told,) = provider.told
    email.refresh_from_db()
    assert (email.state, email.provider_id) == ("sent", "pm-1")
    assert told["To"] == email.to
    assert "Receipt #" in told["TextBody"]
    assert "Receipt #" in told["HtmlBody"]
    assert told["Metadata"] == {"message": str(email.pk)}
    assert (told["TrackOpens"], told["TrackLinks"]) == (False, "None")
    headers = {header["Name"]: header["Value"] for header in told["Headers"]}
    assert (headers["Message-ID"], headers["X-PM-KeepID"]) == (email.message_id, "true")
    assert "Attachments" not in told


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((500, {"ErrorCode": 100}), "queued", "turned POPS away (HTTP 500)"),
        ((429, {"ErrorCode": 0}), "queued", "turned POPS away (HTTP 429)"),
        ((401, {"ErrorCode": 10}), "queued", "turned POPS away (HTTP 401)"),
        ((422, {"ErrorCode": 406, "Message": INACTIVE}), "failed", "refused the address"),
        ((422, {"ErrorCode": 406, "Message": "In other words"}), "failed", "did not take it for this address"),
        ((422, {"ErrorCode": 412, "Message": "Not allowed"}), "failed", "refused it (HTTP 422)"),
        ((200, "it worked"), "sent", ""),
    ],
)
def test_what_an_answer_means(pay, provider, answer, state, words):
    email = messages_of(pay()).get()
    provider.answer = answer

    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    email.refresh_from_db()
    assert email.state == state
    assert words in email.error


def test_a_provider_that_cannot_be_reached_is_tried_again(pay, provider, settings):
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": "http://127.0.0.1:9/"}
    email = messages_of(pay()).get()

    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    email.refresh_from_db()
    assert (email.state, email.error) == ("queued", "The mail provider could not be reached.")


def test_settings_that_lack_a_key_keep_the_mail_waiting(pay, provider, settings):
    settings.ANYMAIL = {}
    email = messages_of(pay()).get()

    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    email.refresh_from_db()
    assert (email.state, email.error) == ("queued", "The mail settings of POPS are not right.")


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")  # of SendGrid: it still works
@pytest.mark.parametrize("name", ["postmark", "amazon_ses", "mailgun", "sendgrid", "resend"])
def test_each_named_provider_is_a_setting_away(settings, name):
    keys = ("POSTMARK_SERVER_TOKEN", "MAILGUN_API_KEY", "SENDGRID_API_KEY", "RESEND_API_KEY")
    settings.ANYMAIL = {**settings.ANYMAIL, **dict.fromkeys(keys, "key")}

    assert get_connection(f"anymail.backends.{name}.EmailBackend").esp_name
