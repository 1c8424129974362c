"""Who may add and change staff gives no role beyond their own rights, and takes over no login that may do more."""

import pytest
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission
from django.urls import reverse

from pops.core.access.models import User
from tests.factories.accounts import UserFactory
from tests.factories.staff import ADMIN, DESK, MANAGER, member

pytestmark = pytest.mark.django_db
STAFF_RIGHTS = ("add_user", "change_user", "view_user", "reset_sign_in")


def role(name: str) -> int:
    return int(Role.objects.get(name=name).pk)


@pytest.fixture
def ruth(practice):
    """A billing manager who was given the care of the logins."""
    ruth = member(MANAGER, name="Ruth Okafor")
    ruth.user_permissions.set(Permission.objects.filter(codename__in=STAFF_RIGHTS, content_type__app_label="access"))
    return User.objects.get(pk=ruth.pk)


@pytest.fixture
def alex(practice):
    return member(ADMIN, name="Alex Moreau", email="alex@example.com")


def changed(user: User, **facts: object) -> dict[str, object]:
    return {"email": user.email, "name": user.name, "is_active": "on", "is_staff": "on", "why": "A new job", **facts}


def test_a_role_that_may_do_more_is_not_given(ruth, client_of):
    browser, page = client_of(ruth), reverse("admin:access_user_add")

    answer = browser.post(page, {"email": "new@example.com", "name": "New", "role": role(ADMIN)})
    assert "it may do more than you" in answer.content.decode()
    assert browser.post(page, {"email": "new@example.com", "name": "New", "role": role(DESK)}).status_code == 302
    browser.post(reverse("admin:access_user_change", args=[ruth.pk]), changed(ruth, groups=[role(ADMIN)]))

    assert not User.objects.filter(groups__name=ADMIN).exists()
    assert User.objects.get(email="new@example.com").groups.get().name == DESK


@pytest.mark.parametrize("is_active", [True, False])
def test_a_login_that_may_do_more_is_not_changed_or_reset(ruth, alex, client_of, is_active):
    User.objects.filter(pk=alex.pk).update(is_active=is_active)
    browser = client_of(ruth)

    page = reverse("admin:access_user_change", args=[alex.pk])
    browser.post(page, changed(alex, email="ruth@example.com", groups=[role(ADMIN)]))
    answer = browser.post(reverse("backoffice:reset_sign_in", args=[alex.pk]), {"reason": "He lost his phone."})

    alex.refresh_from_db()
    assert (alex.email, alex.sign_in_resets, alex.is_active) == ("alex@example.com", 0, is_active)
    assert "They may do more than you." in answer.content.decode()


def test_an_administrator_changes_a_colleague_and_no_superuser(alex, client_of):
    dana, root = member(ADMIN), UserFactory(is_staff=True, is_superuser=True, email="root@example.com")
    browser = client_of(alex)

    for user in (dana, root):
        page = reverse("admin:access_user_change", args=[user.pk])
        browser.post(page, changed(user, name="Another", groups=[role(DESK)]))

    dana.refresh_from_db()
    root.refresh_from_db()
    assert (dana.name, root.name == "Another") == ("Another", False)
    assert dana.groups.get().name == DESK
