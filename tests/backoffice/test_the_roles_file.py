"""What pops/web/backoffice/roles.py says is what the database has, after each migration."""

import re

import pytest
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission

from pops.web.backoffice.roles import ROLES, apply_roles
from tests.conventions.source import ROOT, modules

pytestmark = pytest.mark.django_db

# "receipts.void_receipt" in a view or list, perms.receipts.void_receipt in a template.
APPS = "access|accounts|auth|batches|mfa|notifications|payments|practice|quickpay|receipts|service_accounts"
ASKED = re.compile(rf"[\"']((?:{APPS})\.(?:[a-z]+_)+[a-z]+)[\"']|\bperms\.((?:{APPS})\.[a-z_]+)")


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


def rights_asked(text):
    return {right or perm for right, perm in ASKED.findall(text)}


def test_every_right_that_is_asked_for_is_there_and_some_role_has_it():
    pages = [*modules("pops/web/backoffice"), *(ROOT / "templates").rglob("*.html")]
    asked = set().union(*(rights_asked(page.read_text()) for page in pages))
    there = {f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.all()}

    assert len(asked) > 20
    assert asked - there == set()
    assert asked - set().union(*ROLES.values()) == set()


def test_the_check_sees_what_is_asked():
    assert rights_asked('rights = ("receipts.void_receipt",)') == {"receipts.void_receipt"}
    assert rights_asked("{% if perms.receipts.void_receit %}") == {"receipts.void_receit"}
