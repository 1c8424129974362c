"""Addresses that nobody's page links to: a list that opens, or a plain refusal, never a crash."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member

ODD = [
    "received_on__year=99999999",
    "received_on__gte=99999-01-01",
    "received_on__year=abc",
    "batch__id__exact=99999999999999999999999",
    "batch__id__exact=abc",
    "guarantor__id__exact=-1",
    "batch_date__year=99999999",
    "p=99999999",
    "p=abc",
    "o=99",
    "shown=nothing",
    "status__exact=%00",
    "q=%00",
    "q=" + "9" * 400,
    "received_on__range=",
    "started_at__year=0",
    "queued_at__year=-1",
    "state__in=%00",
    "type__exact=%00",
    "channel__exact=%00",
    "nonsense=1",
    "all=",
    "_facets=True",
    "e=1",
]
LISTS = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry}


def concerns(query, model):
    """Of a field that a list doesn't have, one query is as good as any: `nonsense`."""
    field = query.partition("=")[0].partition("__")[0]
    return field == query.partition("=")[0] or field in {one.name for one in model._meta.get_fields()}


@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.django_db(transaction=True)
def test_no_list_crashes_over_an_odd_query(name, practice, client_of):
    client = client_of(member(ADMIN))
    client.raise_request_exception = False
    odd = [query for query in ODD if concerns(query, LISTS[name])]

    answers = {query: client.get(f"{reverse(f'admin:{name}_changelist')}?{query}").status_code for query in odd}

    assert {query: status for query, status in answers.items() if status not in (200, 302, 400, 403)} == {}


@pytest.mark.parametrize(
    "address",
    [
        "accounts/guarantor/?patients=2",
        "accounts/guarantor/?appointment_requests=2",
        "receipts/receipt/?postings=3",
        "accounts/statement/?lines=5",
        "accounts/encounter/?facility__encounters__patient=2",
        "accounts/encounter/?is_confidential__exact=1",
    ],
)
def test_a_list_is_filtered_by_nothing_that_it_does_not_offer(address, practice, client_of):
    assert client_of(member(DESK)).get(f"/admin/{address}").status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "receipts/receipt/?batch__id__exact=1&shown=escrow",
        "receipts/receipt/?postings__batch__id__exact=1",
        "receipts/receipt/?disbursements__batch__id__exact=1",
        "receipts/receipt/?guarantor__id__exact=1",
        "receipts/receipt/?received_on__gte=2026-03-01&received_on__lt=2026-03-08",
        "accounts/encounter/?patient__guarantor__id__exact=1",
        "accounts/encounter/?facility__id__exact=1",
        "accounts/patient/?_popup=1&_to_field=id",
        "access/user/?groups__id__exact=1",
        "notifications/message/?ended_at__gte=2026-03-01T00%3A00%3A00-06%3A00&state__in=failed,bounced",
        "payments/payment/?state__in=started,processing",
        "payments/processorevent/?state__exact=received",
        "logins/phonechange/?state__exact=waiting",
        "appointments/appointmentrequest/?state__exact=waiting",
    ],
)
def test_what_our_pages_link_to_opens(address, practice, client_of):
    everything = UserFactory(is_staff=True, is_superuser=True)

    assert client_of(everything).get(f"/admin/{address}").status_code == 200


@pytest.mark.parametrize("kind", ["dispute", "batch", "bounced"])
@pytest.mark.django_db(transaction=True)
def test_an_entry_of_the_inbox_that_never_was(kind, practice, client_of):
    client = client_of(member(ADMIN))

    for about in ("\0", "9" * 40, "abc", "\ufffd", "x" * 400):
        page = reverse("backoffice:inbox_entry", args=[kind, about])
        assert client.get(page).status_code == 404
        assert client.post(f"{page}take/").status_code in (302, 404)


@pytest.mark.parametrize("source", ["pops-payments", "session-usage"])
@pytest.mark.django_db(transaction=True)
def test_questions_that_no_page_asks(source, practice, client_of):
    ruth = member(MANAGER)
    client = client_of(ruth)
    plan = {"name": "Odd", "every": "day", "at": "06:00", "format": "csv", "recipients": [ruth.pk]}

    for question in ("\0", "guarantor=\0", "from=0001-01-01&to=0001-01-01", "from=9999-12-31&to=9999-12-31"):
        page = f"{reverse('backoffice:add_schedule')}?{urlencode({'source': source, 'question': question})}"
        assert client.get(page).status_code == 200
        assert client.post(page, plan).status_code in (302, 422)
        for form in ("csv", "pdf"):
            answer = client.post(reverse("backoffice:make_file", args=[source]), {"question": question, "format": form})
            assert answer.status_code in (200, 302)
