"""What the list of receipts is filtered by: each by an index, or while the newest are walked."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from pops.core.access.selectors import find_takers
from pops.core.methods import Method
from pops.core.practice.models import Facility
from pops.core.words import day
from receipts.models import Posting, Receipt, ReceiptVoid, Transaction

POSTED = (
    Posting.objects.filter(receipt=OuterRef("pk")).values("receipt").annotate(cents=Sum("amount_cents")).values("cents")
)
# An outer join to look for none would have the planner think that a single row is found.
NOT_VOIDED = ~Exists(ReceiptVoid.objects.filter(receipt=OuterRef("pk")))
# That they have one says so that the refunds are read by it, and not looked for among all receipts.
REFUNDED = Receipt.objects.filter(NOT_VOIDED, refund_of__isnull=False, kind=Receipt.Kind.REFUND).values("refund_of")
OF_BATCH = "batch__id__exact"
ONLINE = "online"


class KindFilter(admin.SimpleListFilter):
    """What the numbers of a batch lead to, and what else a receipt is looked for as."""

    title = "what it is"
    parameter_name = "shown"
    WHICH = {
        "received": Q(status=Receipt.Status.PAID, kind__in=Receipt.RECEIVED) & NOT_VOIDED,
        "refunds": Q(kind=Receipt.Kind.REFUND, refund_of__isnull=False) & NOT_VOIDED,
        "given_back": Q(kind__in=Receipt.GIVEN_BACK, refund_of__isnull=False) & NOT_VOIDED,
        "returned": Q(kind=Receipt.Kind.RETURNED, refund_of__isnull=False) & NOT_VOIDED,
        "refunded": Q(pk__in=REFUNDED),
        "unapplied": Q(unapplied__isnull=False),
        "voided": Q(void__isnull=False),
        "declined": Q(status=Receipt.Status.UNSUCCESSFUL, amount_cents=0),
        "escrow": Q(status=Receipt.Status.PAID) & NOT_VOIDED & ~Q(amount_cents=F("posted_cents")),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("received", "Money received"),
            ("unapplied", "Money in escrow"),
            ("refunds", "Refunds"),
            ("refunded", "Refunded, whole or in part"),
            ("returned", "Returned by the bank"),
            ("voided", "Voided"),
            ("declined", "Requested, not processed"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Receipt]) -> QuerySet[Receipt]:
        shown = self.value() or ""
        if shown == "escrow" and OF_BATCH not in request.GET:
            shown = "unapplied"  # what was applied is summed receipt by receipt: of one batch, never of all
        which = self.WHICH.get(shown)
        if shown == "escrow":
            queryset = queryset.annotate(posted_cents=Coalesce(Subquery(POSTED), 0))
        return queryset.filter(which) if which else queryset


class MethodFilter(admin.SimpleListFilter):
    """How the money came, or went back."""

    title = "method"
    parameter_name = "method"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Method.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Receipt]) -> QuerySet[Receipt]:
        if self.value() not in Method.values:
            return queryset
        return queryset.filter(Exists(Transaction.objects.filter(receipt=OuterRef("pk"), method=self.value())))


class UserFilter(admin.SimpleListFilter):
    """Who took the money, or gave it back: staff, the practice's own systems, or POPS for what was paid online."""

    title = "user"
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(ONLINE, "POPS"), *((str(user.pk), str(user)) for user in find_takers())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Receipt]) -> QuerySet[Receipt]:
        if self.value() == ONLINE:
            return queryset.filter(issued_by=None)
        return queryset.filter(issued_by=int(self.value() or 0)) if self.value() else queryset


class FacilityFilter(admin.SimpleListFilter):
    """Where the services are that the money was applied to."""

    title = "facility"
    parameter_name = "facility"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Facility.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Receipt]) -> QuerySet[Receipt]:
        if not self.value():
            return queryset
        there = Posting.objects.filter(receipt=OuterRef("pk"), line__encounter__facility=int(self.value() or 0))
        return queryset.filter(Exists(there))


class DaysFilter(admin.ListFilter):
    """From one payment date to another, each as it is typed; either may be left out."""

    title = "payment date, from and to"
    parameter_name = "day"
    template = "backoffice/lists/days.html"
    FROM, TO = "day__gte", "day__lte"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in (self.FROM, self.TO):
            typed = params.pop(name, [""])[-1].strip()
            if typed:
                self.used_parameters[name] = dt.date.fromisoformat(typed)  # the list says so of what is no date

    def expected_parameters(self) -> list[str | None]:
        return [self.FROM, self.TO]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Receipt]) -> QuerySet[Receipt]:
        days = {name.replace("day", "received_on"): date for name, date in self.used_parameters.items()}
        return queryset.filter(**days)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        used: dict[str, Any] = self.used_parameters
        first, last = used.get(self.FROM), used.get(self.TO)
        said = [f"from {day(first)}" if first else "", f"to {day(last)}" if last else ""]
        kept = changelist.get_query_string(remove=[self.FROM, self.TO, "p"])
        yield {
            "selected": bool(first or last),
            "display": " ".join(filter(None, said)),
            "query_string": kept,
            "first": first.isoformat() if first else "",
            "last": last.isoformat() if last else "",
            "kept": [(name, value) for name, value in changelist.params.items() if name not in (self.FROM, self.TO)],
        }
