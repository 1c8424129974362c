"""Who changed what, when and why opens from the object."""

import pytest
from django.contrib.auth.models import Group as Role
from django.urls import reverse

from pops.accounts.models import User
from pops.practice.models import Practice
from tests.backoffice.test_roles import ADMIN, DESK, member


@pytest.fixture
def alex(practice):
    user = member(ADMIN)
    user.name = "Alex Moreau"
    user.save()
    return user


def practice_data(**changes):
    practice = Practice.objects.values().get()
    return {**practice, "cut_off": "00:00", "blind_count": "on", "why": "We moved", **changes}


def test_a_change_of_the_practice_says_who_when_why_before_and_after(alex, client_of):
    client = client_of(alex)
    address = reverse("admin:practice_practice_change", args=[1])
    data = practice_data(phone="(555) 010-9999")
    data.pop("blind_count")

    assert "This field is required." in client.post(address, {**data, "why": ""}).content.decode()
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
        reverse("admin:accounts_user_change", args=[dana.pk]), {**data, "groups": manager.pk, "why": "Promoted"}
    )

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert list(User.objects.get(pk=dana.pk).groups.all()) == [manager]
    page = client.get(reverse("admin:accounts_user_history", args=[dana.pk])).content.decode()
    for words in ("Promoted", "Alex Moreau", "Billing manager", "Front desk"):
        assert words in page, words


def test_history_is_for_those_who_see_the_object(practice, client_of):
    address = reverse("admin:practice_practice_history", args=[1])

    assert client_of(member(DESK)).get(address).status_code == 403
