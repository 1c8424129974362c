"""Who changed what, when and why opens from the object."""

import datetime as dt

import pghistory
import pytest
from django.contrib import admin
from django.contrib.auth.models import Group as Role
from django.urls import reverse
from django.utils import timezone

from batches.closing import close_batch
from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.web.backoffice.lists.history import KeepsHistory
from tests.factories.accounts import UserFactory
from tests.factories.practice import FacilityFactory, ProviderFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member
from tests.moments import NOON


@pytest.fixture
def alex(practice):
    user = member(ADMIN)
    user.name = "Alex Moreau"
    user.save()
    return user


def history_of(client, thing):
    """The page, its whitespace as a reader sees it."""
    name = f"admin:{thing._meta.app_label}_{thing._meta.model_name}_history"
    return " ".join(client.get(reverse(name, args=[thing.pk])).content.decode().split())


def practice_data(**changes):
    practice = Practice.objects.values().get()
    return {**practice, "cut_off": "00:00", "blind_count": "on", "batch_open_days": "1", "why": "We moved", **changes}


def test_a_change_of_the_practice_says_who_when_why_before_and_after(alex, client_of):
    client = client_of(alex)
    address = reverse("admin:practice_practice_change", args=[1])
    data = practice_data(phone="(555) 010-9999")
    data.pop("blind_count")

    assert "Say why." in client.post(address, {**data, "why": ""}).content.decode()
    assert client.post(address, data).status_code == 302

    page = client.get(reverse("admin:practice_practice_history", args=[1])).content.decode()
    for words in ("Changed by Alex Moreau", "We moved", "(555) 010-2000", "(555) 010-9999", "Blind count"):
        assert words in page, words
    assert reverse("admin:practice_practice_history", args=[1]) in client.get(address).content.decode()


def test_rights_given_and_taken_are_kept_with_the_user(alex, client_of):
    dana = member(DESK)
    client = client_of(alex)
    manager = Role.objects.get(name="Billing manager")
    data = {"email": dana.email, "name": dana.name, "is_active": "on", "is_staff": "on"}

    answer = client.post(
        reverse("admin:access_user_change", args=[dana.pk]), {**data, "groups": manager.pk, "why": "Promoted"}
    )

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert list(User.objects.get(pk=dana.pk).groups.all()) == [manager]
    page = client.get(reverse("admin:access_user_history", args=[dana.pk])).content.decode()
    for words in (
        "Promoted",
        "Alex Moreau",
        "<td>nothing</td><td>Billing manager</td>",
        "<td>Front desk</td><td>nothing</td>",
        "Role",
    ):
        assert words in page, words


def test_history_is_for_those_who_see_the_object(practice, client_of):
    address = reverse("admin:practice_practice_history", args=[1])

    assert client_of(member(DESK)).get(address).status_code == 403


@pytest.mark.parametrize("make", [FacilityFactory, ProviderFactory])
def test_facilities_and_providers_keep_theirs_too(make, alex, client_of):
    thing = make(name="North")
    client = client_of(alex)
    address = reverse(f"admin:practice_{thing._meta.model_name}_change", args=[thing.pk])

    assert "Say why." in client.post(address, {"name": "South", "why": ""}).content.decode()
    assert client.post(address, {"name": "South", "why": "Married"}).status_code == 302

    page = history_of(client, thing)
    for words in ("Changed by Alex Moreau", "Married", "<td>North</td><td>South</td>"):
        assert words in page, words


def test_a_batchs_history_speaks_like_the_rest_of_the_back_office(client_of, open_batch, time_machine):
    ruth = member(MANAGER)
    time_machine.move_to(NOON, tick=False)  # 17:00 UTC
    close_batch(batch_id=open_batch.pk, now=timezone.now(), by=ruth, knows_day_goes_on=True)

    page = history_of(client_of(ruth), open_batch)

    for name, before, after in (
        ("Closed at", "nothing", "March 2, 2026, 12:00 PM"),
        ("Closed total", "nothing", "$50.00"),
        ("Closed by", "nothing", str(ruth)),
        ("Status", "Open", "Closed"),
        ("Batch date", "nothing", "March 2, 2026"),
    ):
        assert f'<th scope="row">{name}</th><td>{before}</td><td>{after}</td>' in page, name
    for raw in ("cents", "+00:00"):
        assert raw not in page, raw
    assert "<td>nothing</td><td>nothing</td>" not in page


def test_the_time_of_day_and_yes_and_no_are_words(alex, client_of, practice):
    practice.cut_off = dt.time(16, 30)
    practice.save()
    dana = member(DESK)
    dana.is_active = False
    dana.save()
    client = client_of(alex)

    assert "<td>12:00 AM</td><td>4:30 PM</td>" in history_of(client, practice)
    assert '<th scope="row">Active</th><td>yes</td><td>no</td>' in history_of(client, dana)


def test_the_newest_comes_first_in_one_moment_too(alex, client_of, guarantor):
    with pghistory.context(reason="First"):
        guarantor.phone = "1"
        guarantor.save()
    with pghistory.context(reason="Second"):
        guarantor.phone = "2"
        guarantor.save()
    assert guarantor.events.values("pgh_created_at").distinct().count() == 1  # a test is one transaction

    page = history_of(client_of(alex), guarantor)

    assert page.index("Second") < page.index("First") < page.index("Made by")


def every_page():
    return {model._meta.label: model_admin for model, model_admin in admin.site._registry.items()}


@pytest.mark.parametrize("label", sorted(every_page()))
def test_history_opens_or_there_is_no_button(label, client_of, practice):
    """Django's own history would say that there is none."""
    model_admin = every_page()[label]
    client = client_of(UserFactory(is_staff=True, is_superuser=True))
    name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}"

    answer = client.get(reverse(f"{name}_history", args=[10**9]))

    if isinstance(model_admin, KeepsHistory):
        assert hasattr(model_admin.model, "pgh_event_model")
        if model_admin.has_change_permission(answer.wsgi_request):
            assert "why" in str(model_admin.fieldsets)
        assert answer.status_code == 404
    else:
        assert answer.url == reverse(f"{name}_change", args=[10**9])
        assert not model_admin.has_add_permission(answer.wsgi_request)
        assert not model_admin.has_change_permission(answer.wsgi_request)


def test_the_button_is_where_history_is(client_of, guarantor, practice):
    client = client_of(UserFactory(is_staff=True, is_superuser=True))
    role = Role.objects.first()

    assert "historylink" in client.get(f"/admin/accounts/guarantor/{guarantor.pk}/change/").content.decode()
    assert "historylink" in client.get(f"/admin/practice/provider/{ProviderFactory().pk}/change/").content.decode()
    page = client.get(f"/admin/auth/group/{role.pk}/history/", follow=True).content.decode()
    assert "historylink" not in page
    assert "Can view receipt" in page


def test_what_has_a_history_stays(client_of, practice):
    client = client_of(UserFactory(is_staff=True, is_superuser=True))
    facility = FacilityFactory()

    assert client.post(f"/admin/practice/facility/{facility.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_authenticator_shows_no_secret_and_is_taken_away_by_a_reset_alone(alex, client_of):
    authenticator = member(DESK).authenticator_set.create(type="totp", data={"secret": "JBSWY3DP"})
    client = client_of(alex)

    page = client.get(f"/admin/mfa/authenticator/{authenticator.pk}/change/").content.decode()

    assert "TOTP" in page
    assert "JBSWY3DP" not in page
    assert client.post(f"/admin/mfa/authenticator/{authenticator.pk}/delete/", {"post": "yes"}).status_code == 403
