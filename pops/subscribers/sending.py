"""What people send: a test, or a delivery once more."""

from pops.core.access.models import User
from pops.core.refusals import Refused, refuse
from pops.subscribers.endpoints import why_not_manage, why_not_use
from pops.subscribers.models import Delivery, Endpoint
from pops.subscribers.telling import post


def why_not_test(endpoint: Endpoint) -> Refused | None:
    """Why nothing can be sent to an endpoint now."""
    if endpoint.is_on:
        return why_not_use(endpoint)
    return why_not_use(endpoint) or Refused("endpoint_off", "This endpoint is switched off. Switch it on first.")


def why_not_resend(delivery: Delivery) -> Refused | None:
    """Why a delivery can't be sent once more."""
    if delivery.message.is_waiting:
        return Refused("still_waiting", "This delivery is still on its way.")
    if delivery.change is None:
        return Refused("was_a_test", "This was a test. Send another one.")
    return why_not_test(delivery.endpoint)


def send_test(*, endpoint_id: int, by: User) -> Delivery:
    """Post a test to an endpoint at once, paused or not. Raises Refused, Endpoint.DoesNotExist."""
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    refuse(why_not_manage(by=by) or why_not_test(endpoint))
    return post([(endpoint, None)], by=by)[0]


def send_again(*, delivery_id: int, by: User) -> Delivery:
    """Post a delivery once more, as it was and under the same id. Raises Refused, Delivery.DoesNotExist."""
    delivery = Delivery.objects.select_related("endpoint", "change", "message").get(pk=delivery_id)
    refuse(why_not_manage(by=by) or why_not_resend(delivery))
    return post([(delivery.endpoint, delivery.change)], by=by)[0]
