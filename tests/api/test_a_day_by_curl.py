"""The day in docs/api.md, as it is written there: each command by the shell, against a running server."""

import os
import re
import shutil
import subprocess

import pytest

from batches.models import ReferenceBatch
from pops.core.accounts.models import Encounter
from receipts.models import Receipt
from receipts.owed import get_balances
from tests.conventions.source import ROOT
from tests.factories.accounts import GuarantorFactory
from tests.factories.api import caller
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory

BLOCKS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What the examples don't look at must not go by either.
LOUDLY = 'set -euo pipefail; curl() { command curl --fail-with-body "$@"; }'
DAY = (ROOT / "docs/api.md").read_text()


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed here")
def test_the_day_can_be_pasted_as_it_stands(live_server):
    PracticeFactory()
    GroupFactory(name="Lakeside Family Medicine")
    GuarantorFactory(account_number="48210", name="Maria Alvarez")
    FacilityFactory(name="Lakeside Main Clinic")
    ProviderFactory(name="Priya Raman, MD")
    env = {**os.environ, "POPS": live_server.url, "POPS_KEY": caller(name="Practice management system").text}

    script = "\n".join([LOUDLY, *BLOCKS.findall(DAY)])
    ran = subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert Encounter.objects.filter(number__in=[9900001, 9900002]).count() == 2
    payment, refund = Receipt.objects.filter(guarantor__account_number="90002").order_by("number")
    assert (payment.amount_cents, refund.amount_cents) == (7600, -200)
    assert str(payment.issued_by) == "Practice management system (API)"
    assert payment.batch.status == ReferenceBatch.Status.CLOSED
    assert get_balances(payment.guarantor).current_cents == 200
