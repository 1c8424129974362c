"""Where Stripe tells us what happened."""

import json
import re

import stripe
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import tasks
from payments.events import EventFacts, store_event

# What Stripe's ids and types are made of, no longer than our columns; and the year 10000.
WORD = re.compile(r"[\w.:-]{0,100}", re.ASCII)
LAST_SECOND = 253_402_300_800


@csrf_exempt  # signed by Stripe instead
@login_not_required
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Verify the signature, keep the event, answer 200; the work is done by the worker.

    400 for a wrong, missing or stale signature and for a body that is no event. A copy answers 200 too.
    """
    try:
        payload = request.body.decode()
        stripe.WebhookSignature.verify_header(
            payload,
            request.headers.get("Stripe-Signature", ""),
            settings.STRIPE_WEBHOOK_SECRET,
            stripe.Webhook.DEFAULT_TOLERANCE,
        )
        event = read_event(payload)
    except (stripe.SignatureVerificationError, TypeError):  # TypeError: letters that no signature has
        return HttpResponse("The signature is not right.", status=400, content_type="text/plain")
    except ValueError:
        return HttpResponse("The body is not an event.", status=400, content_type="text/plain")
    if store_event(event=event):
        transaction.on_commit(tasks.nudger.nudge, robust=True)
    return HttpResponse(status=200)


def read_event(payload: str) -> EventFacts:
    """What we keep of an event. Raises ValueError when the payload is none."""
    try:
        event = json.loads(payload)
        facts = EventFacts(
            id=_word(event["id"]),
            type=_word(event["type"]),
            object_id=_word(event["data"]["object"].get("id"), optional=True),
            account=_word(event.get("account"), optional=True),
            created=int(event["created"]),
        )
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("not an event") from error
    if not (facts.id and facts.type and 0 <= facts.created < LAST_SECOND):
        raise ValueError("not an event")
    return facts


def _word(value: object, *, optional: bool = False) -> str:
    """An id or a type as Stripe makes them. Raises ValueError for anything else."""
    if value is None and optional:
        return ""
    if not isinstance(value, str) or not WORD.fullmatch(value):
        raise ValueError(value)
    return value
