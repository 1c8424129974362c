"""Where Stripe tells us what happened."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.events import store_event
from payments.gateway.events import NotSigned, verify_event


@csrf_exempt  # signed by Stripe instead
@login_not_required
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Verify the signature, keep the event, answer 200; the work is done by the worker.

    400 for a wrong, missing or stale signature and for a body that is no event. A copy answers 200 too.
    """
    try:
        event = verify_event(request.body.decode(), request.headers.get("Stripe-Signature", ""))
    except NotSigned:
        return HttpResponse("The signature is not right.", status=400, content_type="text/plain")
    except ValueError:
        return HttpResponse("The body is not an event.", status=400, content_type="text/plain")
    store_event(event=event)
    return HttpResponse(status=200)
