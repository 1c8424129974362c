"""`manage.py setup_check` prints what the guide shows, and ends with 1 until all is done."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from pops.web.backoffice.setup.opening import go_live
from pops.web.backoffice.setup.steps import STEPS, look_at_steps
from tests.factories.setup import do_all_but_opening
from tests.factories.staff import ADMIN, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stripe_sandbox")]


def check(*arguments: str) -> tuple[str, int]:
    """What it prints, and its exit status."""
    out = StringIO()
    try:
        call_command("setup_check", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


def test_an_empty_database_is_told_how_to_begin():
    printed, status = check()

    assert status == 1
    assert "MISSING  1. Practice and time zone\n         - There is no practice yet." in printed
    assert "Make the first login: python manage.py createsuperuser" in printed
    assert "/admin/desk/setup/" in printed
    assert "done" not in printed.partition("Stripe")[0]


def test_it_ends_with_0_once_the_portal_is_open(stripe_sandbox):
    alex = member(ADMIN)
    do_all_but_opening(stripe_sandbox, alex)
    printed, status = check()
    assert status == 1
    assert printed.count("MISSING") == 1

    go_live(looks=look_at_steps(now=timezone.now()), now=timezone.now(), by=alex)
    printed, status = check()

    assert status == 0
    assert printed.count("\ndone ") == len(STEPS) - 1
    assert "? No logo yet" in printed


def test_the_same_as_json():
    printed, status = check("--json")

    report = json.loads(printed)
    assert status == 1
    assert report["done"] is False
    assert [step["step"] for step in report["steps"]] == [step.key for step in STEPS]
    assert report["steps"][0]["facts"] == [{"words": "There is no practice yet.", "done": False, "needed": True}]
    assert report["steps"][0]["page"].endswith("/admin/desk/setup/#practice")
