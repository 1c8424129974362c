"""Where Stripe tells us what happened."""

import json

import stripe
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import services, tasks
from payments.services import EventFacts


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
    except stripe.SignatureVerificationError:
        return HttpResponse("The signature is not right.", status=400, content_type="text/plain")
    except ValueError:
        return HttpResponse("The body is not an event.", status=400, content_type="text/plain")
    if services.store_event(event=event):
        transaction.on_commit(tasks.nudger.nudge)
    return HttpResponse(status=200)


def read_event(payload: str) -> EventFacts:
    """What we keep of an event. Raises ValueError when the payload is none."""
    try:
        event = json.loads(payload)
        return EventFacts(
            id=event["id"],
            type=event["type"],
            object_id=event["data"]["object"].get("id") or "",
            account=event.get("account") or "",
            created=int(event["created"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an event") from error
