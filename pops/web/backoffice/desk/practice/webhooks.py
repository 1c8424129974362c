"""Endpoints of webhooks: which programs are told of changes, and what they are sent by hand."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse

from pops.core.refusals import Refused
from pops.subscribers.endpoints import (
    change_endpoint,
    end_endpoint,
    make_endpoint,
    rotate_secret,
    switch_endpoint,
    why_not_use,
)
from pops.subscribers.models import Delivery, Endpoint, Event
from pops.subscribers.sending import send_again, send_test, why_not_resend, why_not_test
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.forms import ReasonForm
from pops.web.backoffice.desk.shown_once import ShowsOnce
from pops.web.backoffice.once import SentOnce

RIGHTS = ("subscribers.manage_endpoint",)
FACTS = ("name", "url", "events")
FIELD_OF = {
    "url_wrong": "url", "url_not_https": "url", "url_inside": "url", "url_unknown": "url",
    "events_missing": "events", "event_unknown": "events",
}  # fmt: skip


class EndpointForm(SentOnce):
    """What a program is called, where it is told, and of what."""

    name = forms.CharField(max_length=100, error_messages={"required": "Give it a name."})
    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="Such as https://hooks.example.com/pops. By https, and outside of the practice's own network.",
        error_messages={"required": "Enter its address."},
    )
    events = forms.MultipleChoiceField(
        label="What it is told of",
        choices=Event.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one event."},
    )

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        return {name: self.cleaned_data[name] for name in FACTS}


class ShowsSecret(ShowsOnce):
    """An action whose answer shows a secret, once."""

    rights = RIGHTS
    target_name = "endpoint"
    shown_by = "backoffice/webhook_secret.html"

    def draw(self, form: Any) -> tuple[Endpoint, str]:
        """Make the secret; whose it is, and its text. Raises Refused."""
        raise NotImplementedError

    def make(self, form: Any) -> dict[str, Any]:
        endpoint, secret = self.draw(form)
        return {"made_for": endpoint, "secret": secret, "back": page_of(endpoint)}


class MakeEndpoint(ShowsSecret):
    """Have a program told of what happens from now on. Sent twice it makes another, which is removed."""

    title = "Tell a program of changes"
    form_class = EndpointForm
    button = "Make the endpoint"
    lead = "It is told of what happens from now on, by ids and cents. Its secret is shown once, on the next page."
    field_of = FIELD_OF

    def draw(self, form: EndpointForm) -> tuple[Endpoint, str]:
        return make_endpoint(**form.facts, by=self.request.user)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": reverse("admin:subscribers_endpoint_changelist"), **context})


class EndpointAction(DeskAction):
    """An action about one endpoint."""

    rights = RIGHTS
    target_name = "endpoint"
    form_class: Any = SentOnce

    def find_target(self) -> Endpoint:
        return get_object_or_404(Endpoint, pk=self.kwargs["endpoint_id"])

    def why_not(self) -> Refused | None:
        return why_not_use(self.target)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": page_of(self.target), **context})


class ChangeEndpoint(EndpointAction):
    """Another name, address or choice of events."""

    title = "Change {}"
    form_class = EndpointForm
    button = "Save"
    lead = "What still waits goes to the address as it is then."
    field_of = FIELD_OF

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.target, name) for name in FACTS}

    def do(self, form: EndpointForm) -> tuple[str, str]:
        change_endpoint(endpoint_id=self.target.pk, **form.facts, by=self.request.user)
        return page_of(self.target), "Saved."


class RotateSecret(EndpointAction, ShowsSecret):
    """A new secret beside the old one."""

    title = "New secret for {}"
    button = "Make a new secret"
    lead = (
        "Both secrets sign for a day, so that nothing is turned away until the program has the new one."
        " It is shown once. If the old one is known to somebody else, do this twice: then it signs no more."
    )

    def draw(self, form: Any) -> tuple[Endpoint, str]:
        return self.target, rotate_secret(endpoint_id=self.target.pk, now=self.now, by=self.request.user)


class SwitchOff(EndpointAction):
    """Tell it nothing until it is switched on again."""

    title = "Switch {} off"
    form_class = ReasonForm
    button = "Switch it off"
    danger = True
    lead = "What waits is not sent, and what happens meanwhile it is not told. The change feed has it all."

    def do(self, form: Any) -> tuple[str, str]:
        reason = form.cleaned_data["reason"][:200]
        switch_endpoint(endpoint_id=self.target.pk, on=False, reason=reason, by=self.request.user)
        return page_of(self.target), "It is switched off."


class SwitchOn(EndpointAction):
    """Tell it of what happens from now on."""

    title = "Switch {} on"
    button = "Switch it on"
    lead = "It is told of what happens from now on. What happened while it was off is in the change feed."

    def do(self, form: Any) -> tuple[str, str]:
        switch_endpoint(endpoint_id=self.target.pk, on=True, by=self.request.user)
        return page_of(self.target), "It is switched on."


class RemoveEndpoint(EndpointAction):
    """Tell it nothing any more."""

    title = "Remove {}"
    button = "Remove it"
    danger = True
    lead = "What waits is not sent. What it was told is kept."

    def do(self, form: Any) -> tuple[str, str]:
        end_endpoint(endpoint_id=self.target.pk, now=self.now, by=self.request.user)
        return reverse("admin:subscribers_endpoint_changelist"), f"{self.target} is removed."


class SendTest(EndpointAction):
    """Post something that means nothing, to see what it answers."""

    title = "Send a test to {}"
    button = "Send a test"
    lead = "A signed event called test, without data. What it answers stands among its deliveries."

    def why_not(self) -> Refused | None:
        return why_not_test(self.target)

    def do(self, form: Any) -> tuple[str, str]:
        send_test(endpoint_id=self.target.pk, by=self.request.user)
        return page_of(self.target), "The test is on its way. Load this page again to see the answer."


class SendAgain(DeskAction):
    """Post a delivery once more, under the same id."""

    rights = RIGHTS
    title = "Send again: {}"
    target_name = "delivery"
    form_class = SentOnce
    button = "Send again"
    lead = "It goes out as it was, under the same id: a program that took it before knows it."

    def find_target(self) -> Delivery:
        found = Delivery.objects.select_related("endpoint", "change", "message")
        return get_object_or_404(found, pk=self.kwargs["delivery_id"])

    def why_not(self) -> Refused | None:
        return why_not_resend(self.target)

    def do(self, form: Any) -> tuple[str, str]:
        again = send_again(delivery_id=self.target.pk, by=self.request.user)
        return delivery_page(again), "It is on its way again. Load this page again to see the answer."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": delivery_page(self.target), **context})


def page_of(endpoint: Endpoint) -> str:
    """The address of an endpoint's page."""
    return reverse("admin:subscribers_endpoint_change", args=[endpoint.pk])


def delivery_page(delivery: Delivery) -> str:
    """The address of a delivery's page."""
    return reverse("admin:subscribers_delivery_change", args=[delivery.pk])
