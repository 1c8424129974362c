"""What pops/web/backoffice/roles.py says is what the database has, after each migration."""

import pytest
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission

from pops.web.backoffice.roles import ROLES, apply_roles

pytestmark = pytest.mark.django_db


def rights_of(role):
    return {f"{right.content_type.app_label}.{right.codename}" for right in role.permissions.all()}


def test_each_role_has_exactly_its_rights():
    assert {role.name: rights_of(role) for role in Role.objects.all()} == {
        name: set(rights) for name, rights in ROLES.items()
    }


def test_a_right_given_or_taken_by_hand_is_set_straight():
    desk = Role.objects.get(name="Front desk")
    desk.permissions.add(Permission.objects.get(codename="refund_receipt"))
    desk.permissions.remove(Permission.objects.get(codename="take_payment"))

    apply_roles()

    assert rights_of(desk) == set(ROLES["Front desk"])
