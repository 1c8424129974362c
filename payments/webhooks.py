"""Where Stripe tells us what happened."""

import stripe
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import services, tasks


@csrf_exempt  # signed by Stripe instead
@login_not_required
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Verify the signature, keep the event, answer 200; the work is done by the worker.

    400 for a wrong, missing or stale signature and for a body that is no event. A copy answers 200 too.
    """
    try:
        event = stripe.Webhook.construct_event(
            request.body, request.headers.get("Stripe-Signature", ""), settings.STRIPE_WEBHOOK_SECRET
        )
    except stripe.SignatureVerificationError:
        return HttpResponse("The signature is not right.", status=400, content_type="text/plain")
    except ValueError:
        return HttpResponse("The body is not an event.", status=400, content_type="text/plain")
    if services.store_event(event=event):
        # robust: with the broker down the event is kept all the same, and the sweep works it off.
        transaction.on_commit(lambda: tasks.work_off_event.delay(event.id), robust=True)
    return HttpResponse(status=200)
