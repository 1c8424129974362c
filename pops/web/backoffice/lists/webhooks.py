from typing import Any

from django.contrib import admin
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from notifications.models import Message
from pops.core.practice.selectors import get_practice
from pops.core.words import at
from pops.subscribers.models import Delivery, Endpoint, Event
from pops.subscribers.notices import body_of
from pops.subscribers.selectors import find_deliveries, find_waiting
from pops.web.backoffice.lists.history import KeepsHistory
from pops.web.backoffice.lists.readonly import ReadOnlyAdmin, html_table

SHOWN = 20


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin, KeepsHistory):
    """Programs that are told of changes, how each answers, and what it was told last."""

    list_display = ["name", "url", "told_of", "how_it_is"]
    list_filter = ["is_on"]
    change_form_template = "backoffice/lists/with_tools.html"
    fieldsets = [
        (None, {"fields": ["name", "url", "told_of", "how_it_is", "waits"]}),
        ("Made", {"fields": ["made_at", "made_by", "secrets"]}),
        ("Its latest deliveries", {"fields": ["deliveries"]}),
    ]
    readonly_fields = ["told_of", "how_it_is", "waits", "secrets", "deliveries"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("subscribers.manage_endpoint")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Made on a page of the desk, which shows its secret."""
        return redirect("backoffice:make_endpoint")

    @admin.display(description="Told of")
    def told_of(self, endpoint: Endpoint) -> str:
        return ", ".join(Event(event).label for event in endpoint.events)

    @admin.display(description="How it is")
    def how_it_is(self, endpoint: Endpoint) -> str:
        zone = get_practice().time_zone
        if endpoint.ended_at:
            return f"Removed {at(endpoint.ended_at, zone)}"
        if not endpoint.is_on:
            return f"Off: {endpoint.why_off}"
        if endpoint.failing_since:
            again = f", paused until {at(endpoint.paused_until, zone)}" if endpoint.paused_until else ""
            return f"Takes nothing since {at(endpoint.failing_since, zone)}{again}"
        return "On"

    @admin.display(description="Waits for it")
    def waits(self, endpoint: Endpoint) -> str:
        waiting = find_waiting(endpoint).aggregate(count=Count("pk"), next=Min("due_at"))
        if not (count := waiting["count"]):
            return "Nothing"
        zone = get_practice().time_zone
        return f"{count:,} event{'' if count == 1 else 's'}, next tried {at(waiting['next'], zone)}"

    @admin.display(description="Signed with")
    def secrets(self, endpoint: Endpoint) -> SafeString:
        zone = get_practice().time_zone
        rows: list[list[object]] = [
            [at(one.made_at, zone), one.made_by, f"until {at(one.ends_at, zone)}" if one.ends_at else "now"]
            for one in endpoint.secrets.select_related("made_by").order_by("-pk")[:SHOWN]
        ]
        return html_table(["Secret of", "Made by", "Signs"], rows, empty="No secret was made.")

    @admin.display(description="Deliveries")
    def deliveries(self, endpoint: Endpoint) -> SafeString:
        zone = get_practice().time_zone
        rows = [_row(delivery, zone) for delivery in find_deliveries(endpoint)[:SHOWN]]
        table = html_table(["Event", "When", "State", "Answer", "About"], rows, empty="It was told nothing yet.")
        every = reverse("admin:subscribers_delivery_changelist") + f"?endpoint__id__exact={endpoint.pk}"
        return format_html('{}<p><a href="{}">All of them</a></p>', table, every) if len(rows) == SHOWN else table


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What each program was told, and what it answered each time it was tried."""

    list_display = ["event", "endpoint", "about", "state", "made_at", "answer"]
    list_filter = ["endpoint", "message__state", "change__type"]
    list_select_related = ["endpoint", "change", "message"]
    change_form_template = "backoffice/lists/with_tools.html"
    fields = [
        "event", "endpoint", "about", "state", "why", "tried_next", "event_id", "body", "made_at", "asked_by", "answers"
    ]  # fmt: skip
    readonly_fields = ["event", "about", "state", "why", "tried_next", "event_id", "body", "answers"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what there isn't: a reason where it needs none, a next try once there is none."""
        empty: dict[Any, bool] = {
            "why": obj and not obj.message.why,
            "tried_next": obj and obj.message.state != Message.State.QUEUED,
            "asked_by": obj and not obj.asked_by_id,
        }
        return [name for name in self.fields if not empty.get(name)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).prefetch_related("answers")

    @admin.display(description="About")
    def about(self, delivery: Delivery) -> str:
        return delivery.change.about if delivery.change else "nothing"

    @admin.display(description="State")
    def state(self, delivery: Delivery) -> str:
        return str(delivery.message.get_state_display())

    @admin.display(description="Why")
    def why(self, delivery: Delivery) -> str:
        return delivery.message.why

    @admin.display(description="Tried next")
    def tried_next(self, delivery: Delivery) -> str:
        return at(delivery.message.due_at, get_practice().time_zone)

    @admin.display(description="ID")
    def event_id(self, delivery: Delivery) -> str:
        return delivery.event_id

    @admin.display(description="Body")
    def body(self, delivery: Delivery) -> str:
        return body_of(delivery)

    @admin.display(description="Answer")
    def answer(self, delivery: Delivery) -> str:
        return _last_answer(delivery)

    @admin.display(description="Each try")
    def answers(self, delivery: Delivery) -> SafeString:
        zone = get_practice().time_zone
        rows: list[list[object]] = [
            [at(one.at, zone), one.status or "none", one.fault or "Taken", one.words, f"{one.milliseconds} ms"]
            for one in sorted(delivery.answers.all(), key=lambda one: -one.pk)
        ]
        return html_table(["When", "Status", "What came of it", "Answer", "Took"], rows, empty="Not tried yet.")


def _row(delivery: Delivery, zone: str) -> list[object]:
    page = reverse("admin:subscribers_delivery_change", args=[delivery.pk])
    link = format_html('<a href="{}">{}</a>', page, delivery.event)
    about = delivery.change.about if delivery.change else f"by {delivery.asked_by}"
    return [link, at(delivery.made_at, zone), delivery.message.get_state_display(), _last_answer(delivery), about]


def _last_answer(delivery: Delivery) -> str:
    last = max(delivery.answers.all(), key=lambda one: one.pk, default=None)
    return str(last) if last else delivery.message.why
