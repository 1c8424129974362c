"""Who uses the product meanwhile: guarantors who pay and sign in, staff at the desk, Stripe that repeats itself.

Each sends a form until it is answered, as a person does who reloads a page that did not come.
"""

import html
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import requests
from django.db import connection
from django.urls import reverse

from benchmarks.soak.parts import Supervisor
from pops.core.accounts.models import Guarantor
from pops.local import links
from pops.local.product import Product
from receipts.models import Receipt
from tests.demo_processes import wait_for_code

# What a page keeps in its form; not the other buttons beside it.
HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|shown|agreed|\w+_id)" value="([^"]*)"')
CHARGES = re.compile(r'data-charges="([^"]+)"')
# Paid, declined, answered by the bank after 5 seconds; refunded at once, later, and given back by the bank.
CARDS = ["4242424242424242"] * 12 + ["4000000000000002", "4000000077770008", "4000000000007726", "4000000000005126"]
# Seconds. Then a server that was killed is up again, or something is wrong.
PATIENCE = 60


class Person(threading.Thread):
    """Does the same again and again until told to stop. `done` counts what was answered, `faults` what was wrong."""

    done: ClassVar[Counter[str]] = Counter()
    faults: ClassVar[list[str]] = []
    lock = threading.Lock()
    pause = 0.2
    # Knows when a server that was killed was away.
    watcher: ClassVar[Supervisor | None] = None

    def __init__(
        self, product: Product, *, number: int, guarantors: Iterator[Guarantor], ended: threading.Event
    ) -> None:
        super().__init__(name=f"{type(self).__name__} {number}", daemon=True)
        self.product, self.number, self.guarantors, self.ended = product, number, guarantors, ended
        self.chance = random.Random(self.name)
        self.browser = requests.Session()
        self.was_cut_off = False  # in this turn

    def run(self) -> None:
        while not self.ended.is_set():
            self.was_cut_off, began = False, time.monotonic()
            try:
                self.turn()
            except Exception as error:
                if self.is_excused(began):
                    self.count("turns begun again")
                else:
                    with self.lock:
                        self.faults.append(f"{self.name}: {type(error).__name__}: {error}"[:300])
            connection.close()  # this thread's own: the next turn finds the database as it is then
            self.ended.wait(self.pause)

    def turn(self) -> None:
        raise NotImplementedError

    def is_excused(self, since: float) -> bool:
        """Whether a fault since a moment is that of a server that was killed."""
        return self.watcher is not None and self.watcher.was_server_away(since)

    def count(self, what: str) -> None:
        with self.lock:
            self.done[what] += 1

    def send(self, address: str, form: dict[str, str] | None = None) -> requests.Response:
        """Ask until there is an answer that is no fault of the server's."""
        end = time.monotonic() + PATIENCE
        while True:
            began = time.monotonic()
            try:
                answer = self.browser.request("POST" if form else "GET", address, data=form, timeout=PATIENCE)
            except requests.RequestException:
                if time.monotonic() > end:
                    raise
                self.was_cut_off = True
                self.count("requests cut off")
                time.sleep(0.5)
            else:
                if answer.status_code < 500:
                    return answer
                assert self.is_excused(began), f"{answer.status_code} for {address}"
                self.was_cut_off = True
                self.count("faults while a server was away")
                time.sleep(0.5)

    def fill(self, path: str, **typed: str) -> requests.Response:
        """Open a page of the product, fill in its form and send it."""
        address = self.product.site + path
        hidden = dict(HIDDEN.findall(self.send(address).text))
        return self.send(address, {**hidden, **typed})

    def sign_in(self, email: str) -> None:
        """By the demo's link: signing in by a code is measured for itself."""
        self.browser = requests.Session()
        token = links.make_token(email, key=self.product.env["SECRET_KEY"])
        self.send(f"{self.product.site}/demo/sign-in/{token}/")

    def at_stripe(self, path: str, form: dict[str, str] | None = None, *, key: str = "STRIPE_SECRET_KEY") -> Any:
        """Ask the sandbox, which nobody kills."""
        method = "POST" if form else "GET"
        return requests.request(
            method, self.product.sandbox + path, data=form, auth=(self.product.env[key], ""), timeout=PATIENCE
        ).json()


class Payer(Person):
    """Pays online; closes the browser before it is back from Stripe every other time."""

    pause = 2.0

    def turn(self) -> None:
        self.sign_in(next(self.guarantors).email)
        dollars = f"{self.chance.randint(1, 90)}.{self.chance.randint(0, 99):02d}"
        page = self.fill(reverse("payments:start"), choice="other", other_amount=dollars)
        found = CHARGES.search(page.text)
        assert found, f"no card form at {page.url}"
        (charge,) = json.loads(html.unescape(found[1]))
        card = {"number": self.chance.choice(CARDS), "exp_month": "12", "exp_year": "2034", "cvc": "123"}
        form = {"client_secret": charge["client_secret"], "payment_method_data[type]": "card"}
        form |= {f"payment_method_data[card][{name}]": value for name, value in card.items()}
        intent = charge["client_secret"].partition("_secret_")[0]
        self.at_stripe(f"/v1/payment_intents/{intent}/confirm", form, key="STRIPE_PUBLISHABLE_KEY")
        self.count("online payments")
        if self.chance.random() < 0.5:
            self.send(page.url + "return/")


class Codes(Person):
    """Signs in with a code by email. Not more often than one address may ask."""

    pause = 7.0

    def turn(self) -> None:
        self.browser = requests.Session()
        email, asked = next(self.guarantors).email, time.time()
        self.fill(reverse("account_request_login_code"), email=email)
        code = wait_for_code(self.product, email, since=asked)
        page = self.fill(reverse("account_confirm_login_code"), code=code)
        is_open = "Current Balance" in page.text
        # Who asked twice got two codes, and an answer that was lost held the new session: they begin again.
        assert is_open or self.was_cut_off, f"the code did not open the account: {page.url}"
        self.count("sign-in codes" if is_open else "sign-ins begun again")


class Clerk(Person):
    """Takes money at the desk, voids and refunds; at the desk and to cards."""

    pause = 0.5
    emails = ("manager@example.com", "admin@example.com")

    def run(self) -> None:
        self.sign_in(self.emails[self.number])
        self.fill(reverse("backoffice:my_batch"), description=self.name)
        super().run()

    def turn(self) -> None:
        number = self.take()
        what = self.chance.random()
        if what < 0.2:
            self.correct("void", number)
        elif what < 0.4:
            self.correct("refund", number, cash="0.50")
        elif what < 0.6:
            self.correct("void", self.choose_online())
        elif what < 0.8:
            self.correct("refund", self.choose_online(), cents="0.75")

    def choose_online(self) -> int:
        """One of the latest receipts of payments made online."""
        paid = Receipt.objects.filter(channel="online", kind="payment", status="paid")
        return self.chance.choice(list(paid.order_by("-pk").values_list("pk", flat=True)[:50]))

    def take(self) -> int:
        """Take cash; the receipt's number."""
        path = reverse("backoffice:take", args=[next(self.guarantors).pk])
        page = self.fill(path, channel="office", apply="oldest", cash="12.50", second_reason="Another bill")
        number = re.search(r"Receipt (\d+) was issued|/receipt/(\d+)/", page.text + page.url)
        assert number, f"no receipt after {path}"
        self.count("desk payments")
        return int(number[1] or number[2])

    def correct(self, what: str, number: int, **typed: str) -> None:
        self.fill(reverse(f"backoffice:{what}", args=[number]), reason="Soak", **typed)
        self.count(f"{what}s asked for")


class Repeater(Person):
    """Stripe, which sends its latest events a second time."""

    pause = 3.0

    def turn(self) -> None:
        for event in self.at_stripe("/v1/events?limit=3")["data"]:
            requests.post(f"{self.product.sandbox}/dashboard/redeliver", data={"event": event["id"]}, timeout=PATIENCE)
            self.count("events repeated")
