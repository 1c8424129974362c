"""Receipt History as its guarantor opens it: the receipts and the words of a page."""

import datetime as dt
import re

from tests.golden import page_text
from tests.moments import NOON
from tests.receipts.examples import make_receipt, movement


def numbers(client, query=""):
    """The receipts of a page, in its order."""
    page = client.get(f"/receipts/{query}", follow=True).content.decode()
    return [int(number) for number in re.findall(r'<li id="receipt-(\d+)">', page)]


def text(client, query=""):
    return page_text(client.get(f"/receipts/{query}").content.decode())


def make_many(guarantor, count, **facts):
    for n in range(1, count + 1):
        make_receipt(
            guarantor,
            movement(n * 100, number=f"ch_{n}"),
            number=n,
            received_at=NOON + dt.timedelta(minutes=n // 2),  # pairs at the same moment
            **facts,
        )
