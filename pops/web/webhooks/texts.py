"""What Twilio tells us: what became of a text, and what its reader answered. Each is signed with our own token."""

from collections.abc import Callable
from functools import wraps
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from notifications.models import Message
from notifications.services import DeliveryNews, note_news
from notifications.stops import note_start, note_stop
from pops.core.practice.models import Practice
from pops.core.words import shown

State = Message.State
# All else changes nothing: accepted, queued, sending, sent.
MEANING = {"delivered": State.DELIVERED, "undelivered": State.BOUNCED, "failed": State.FAILED}
# Twilio's error numbers. Its words are not kept: they name the number.
WORDS = {
    "21610": "The recipient answered STOP to this sender.",
    "30003": "The phone is off or out of reach.",
    "30004": "The recipient's carrier blocked it.",
    "30005": "The number is not in use.",
    "30006": "This is a landline, or its carrier takes no texts.",
    "30007": "The carrier took it for spam.",
    "30034": "The practice's number is not registered with the carriers.",
}
# As carriers have them, whatever stands around them.
STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "YES", "UNSTOP"}
HELP = {"HELP", "INFO"}
STOPPED = (
    "{name}: you get no more notices by text. Sign-in codes still come when you ask for one. START brings notices back."
)
STOPPED_ALL = "{name}: you get no more texts. Sign-in codes come by email instead. START brings texts back."
STARTED = "{name}: notices by text are on again. Reply HELP for help, STOP to end them."
HELPED = (
    "{name}: notices about your bill and sign-in codes.{call} Reply STOP to end notices. Msg & data rates may apply."
)

View = Callable[..., HttpResponse]


def signed_by_twilio(view: View) -> View:
    """Answers 403 to all that isn't signed with our token, for the address that Twilio was told."""

    @wraps(view)
    def checked(request: HttpRequest, **facts: int) -> HttpResponse:
        url = f"{settings.SITE_URL}{request.get_full_path()}"
        signature = request.headers.get("X-Twilio-Signature", "")
        token = settings.TWILIO_AUTH_TOKEN
        if not (token and RequestValidator(token).validate(url, request.POST, signature)):
            return HttpResponse("The signature is not right.", status=403, content_type="text/plain")
        return view(request, **facts)

    return csrf_exempt(login_not_required(require_POST(checked)))  # signed by Twilio instead


@signed_by_twilio
def text_status(request: HttpRequest, message_id: int) -> HttpResponse:
    """What became of a text. News that comes late or twice changes nothing."""
    state = MEANING.get(request.POST.get("MessageStatus", ""))
    if state:
        note_news(news=read_news(request, state, message_id))
    return HttpResponse(status=204)


@signed_by_twilio
def text_incoming(request: HttpRequest) -> HttpResponse:
    """A reader's answer. STOP, START and HELP are done and answered; nobody reads the rest, and it isn't kept."""
    number, answer = request.POST.get("From", ""), ""
    # Where Twilio answers itself it says what it took the text for: the practice may have set words of its own there.
    handled = request.POST.get("OptOutType", "")
    said = handled or request.POST.get("Body", "").strip(" .!\n\t\"'").upper()
    if said in STOP:
        to_codes = request.POST.get("To", "") == settings.TWILIO_CODES_FROM
        note_stop(number=number[:16], now=timezone.now(), to_codes=to_codes)
        answer = STOPPED_ALL if to_codes else STOPPED
    elif said in START:
        note_start(number=number, now=timezone.now())
        answer = STARTED
    elif said in HELP:
        answer = HELPED
    return _reply("" if handled else answer)


def read_news(request: HttpRequest, state: Message.State, message_id: int) -> DeliveryNews:
    """What we keep of it."""
    words = WORDS.get(request.POST.get("ErrorCode", ""), "The text could not be delivered.")
    return DeliveryNews(
        state=state,
        at=timezone.now(),
        message_id=message_id,
        provider_id=request.POST.get("MessageSid", "")[:300],
        error="" if state == State.DELIVERED else words,
    )


def _reply(template: str) -> HttpResponse:
    """An answer in Twilio's own markup; none when it is empty."""
    practice = Practice.objects.first()
    name, phone = (practice.name, practice.phone) if practice else ("", "")
    words = shown(template.format(name=name, call=f" Call {phone}." if phone else ""))
    said = f"<Message>{escape(words)}</Message>" if words else ""
    return HttpResponse(f"<Response>{said}</Response>", content_type="text/xml")
