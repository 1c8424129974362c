"""Endpoints of webhooks: which programs are told of changes, and what they were told."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.models import Message
from pops.service_accounts.scopes import Scope
from pops.subscribers.endpoints import (
    RIGHT,
    change_endpoint,
    end_endpoint,
    make_endpoint,
    rotate_secret,
    say_secret,
    switch_endpoint,
)
from pops.subscribers.models import Delivery, Endpoint
from pops.subscribers.selectors import find_deliveries, find_endpoints, find_signing
from pops.subscribers.sending import send_again, send_test
from pops.web.api.etags import answer_tagged, check_match
from pops.web.api.fields import Choice
from pops.web.api.idempotency import get_call_id, once
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.webhooks_shapes import (
    DELIVERY,
    ENDPOINT,
    SECRET,
    WANTED,
    DeliveryShape,
    EndpointShape,
    NewEndpointShape,
    SecretShape,
)
from pops.web.api.views import ApiView, ListView

SCOPE = Scope.WEBHOOKS_MANAGE
OFF = "Switched off by the API."


class Endpoints(ListView):
    """Programs that are told of changes by webhook."""

    scopes = {"GET": SCOPE, "POST": SCOPE}
    rights = {"GET": RIGHT, "POST": RIGHT}
    shape, order = EndpointShape, ("id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Endpoint]:
        return find_endpoints()

    @operation(
        "list_webhook_endpoints",
        "List webhook endpoints",
        query=PageQuery,
        gives=page_of(EndpointShape),
        example={"items": [ENDPOINT], "next": None},
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()

    @operation(
        "make_webhook_endpoint",
        "Subscribe an address",
        asks=EndpointShape,
        asked=WANTED,
        gives=NewEndpointShape,
        example={**ENDPOINT, **SECRET},
        status=201,
    )
    @once(tells_secret=True)
    def post(self, request: Request) -> Response:
        """The secret is in this answer and in no other."""
        asked = self.read(EndpointShape)
        secret = say_secret(get_call_id(self))
        endpoint = find_signing(secret) or self._make(**asked, secret=secret)
        told = {**EndpointShape(endpoint).data, "secret": secret}
        headers = {"Location": f"/api/v1/webhook-endpoints/{endpoint.pk}"}
        return Response(told, status=201, headers=headers)

    def _make(self, *, is_on: bool, **asked: Any) -> Endpoint:
        endpoint, _ = make_endpoint(**asked, by=self.user)
        if is_on:
            return endpoint
        return switch_endpoint(endpoint_id=endpoint.pk, on=False, reason=OFF, by=self.user)


class OneEndpoint(ApiView):
    """One program that is told of changes."""

    scopes = {"GET": SCOPE, "PUT": SCOPE, "DELETE": SCOPE}
    rights = {"GET": RIGHT, "PUT": RIGHT, "DELETE": RIGHT}

    @operation("get_webhook_endpoint", "Read a webhook endpoint", gives=EndpointShape, example=ENDPOINT, tagged=True)
    def get(self, request: Request, endpoint_id: int) -> Response:
        return self.give(EndpointShape, get_object_or_404(find_endpoints(), pk=endpoint_id))

    @operation(
        "change_webhook_endpoint",
        "Change a webhook endpoint",
        asks=EndpointShape,
        asked={**WANTED, "is_on": True},
        gives=EndpointShape,
        example=ENDPOINT,
        matched=True,
    )
    @once
    def put(self, request: Request, endpoint_id: int) -> Response:
        """What still waits goes to the address as it is then. If-Match may be left out."""
        asked = self.read(EndpointShape)
        endpoint = get_object_or_404(find_endpoints().select_for_update(), pk=endpoint_id)
        check_match(request, EndpointShape(endpoint).data, required=False)
        is_on = asked.pop("is_on")
        endpoint = change_endpoint(endpoint_id=endpoint_id, **asked, by=self.user)
        if is_on != endpoint.is_on:
            endpoint = switch_endpoint(endpoint_id=endpoint_id, on=is_on, reason=OFF, by=self.user)
        return answer_tagged(request, EndpointShape(endpoint).data)

    @operation("remove_webhook_endpoint", "Remove a webhook endpoint", status=204)
    @once
    def delete(self, request: Request, endpoint_id: int) -> Response:
        """What it was told is kept; what waits for it is not sent."""
        get_object_or_404(find_endpoints(), pk=endpoint_id)
        end_endpoint(endpoint_id=endpoint_id, now=self.now, by=self.user)
        return Response(status=204)


class EndpointSecrets(ApiView):
    """The secret of an endpoint."""

    scopes = {"POST": SCOPE}
    rights = {"POST": RIGHT}

    @operation("rotate_webhook_secret", "Make a new secret", gives=SecretShape, example=SECRET, status=201)
    @once(tells_secret=True)
    def post(self, request: Request, endpoint_id: int) -> Response:
        """The old one signs beside it for a day; one before that ends now. Told in this answer and in no other."""
        get_object_or_404(find_endpoints(), pk=endpoint_id)
        secret = say_secret(get_call_id(self))
        if not find_signing(secret):
            rotate_secret(endpoint_id=endpoint_id, now=self.now, by=self.user, secret=secret)
        return Response({"secret": secret}, status=201)


class EndpointTests(ApiView):
    """Tests of an endpoint."""

    scopes = {"POST": SCOPE}
    rights = {"POST": RIGHT}

    @operation("test_webhook_endpoint", "Send a test", gives=DeliveryShape, example=DELIVERY, status=202)
    @once
    def post(self, request: Request, endpoint_id: int) -> Response:
        """An event called test, at once. At `Location` stands what it answers."""
        get_object_or_404(find_endpoints(), pk=endpoint_id)
        return _tell_sent(send_test(endpoint_id=endpoint_id, by=self.user))


class DeliveryQuery(PageQuery):
    """Which deliveries are asked for."""

    state = Choice(Message.State.choices, required=False, help_text="failed: given up, or refused for good.")


class Deliveries(ListView):
    """What an endpoint was told, the newest first."""

    scopes = {"GET": SCOPE}
    rights = {"GET": RIGHT}
    shape, query, order = DeliveryShape, DeliveryQuery, ("-id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Delivery]:
        rows = find_deliveries(get_object_or_404(find_endpoints(), pk=self.kwargs["endpoint_id"]))
        return rows.filter(message__state=asked["state"]) if "state" in asked else rows

    @operation(
        "list_webhook_deliveries",
        "List what an endpoint was told",
        query=DeliveryQuery,
        gives=page_of(DeliveryShape),
        example={"items": [DELIVERY], "next": None},
    )
    def get(self, request: Request, endpoint_id: int) -> Response:
        return self.answer_page()


class OneDelivery(ApiView):
    """One event told to one endpoint."""

    scopes = {"GET": SCOPE}
    rights = {"GET": RIGHT}

    @operation("get_webhook_delivery", "Read a delivery", gives=DeliveryShape, example=DELIVERY, tagged=True)
    def get(self, request: Request, endpoint_id: int, delivery_id: int) -> Response:
        """What each try of it was answered."""
        rows = find_deliveries(get_object_or_404(find_endpoints(), pk=endpoint_id))
        return self.give(DeliveryShape, get_object_or_404(rows, pk=delivery_id))


class DeliveriesAgain(ApiView):
    """A delivery that is sent once more."""

    scopes = {"POST": SCOPE}
    rights = {"POST": RIGHT}

    @operation("send_webhook_again", "Send a delivery again", gives=DeliveryShape, example=DELIVERY, status=202)
    @once
    def post(self, request: Request, endpoint_id: int, delivery_id: int) -> Response:
        """As it was, and under the same webhook-id. The answer is a delivery of its own."""
        get_object_or_404(Delivery, pk=delivery_id, endpoint__in=find_endpoints().filter(pk=endpoint_id))
        return _tell_sent(send_again(delivery_id=delivery_id, by=self.user))


def _tell_sent(delivery: Delivery) -> Response:
    """What is on its way, and where it can be read what came of it."""
    address = reverse("api:webhook_delivery", args=[delivery.endpoint_id, delivery.pk])
    return Response(DeliveryShape(delivery).data, status=202, headers={"Location": address})
