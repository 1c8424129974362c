"""The desk's day: from the authenticator to the papers of the closed batch."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse

from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.local.product import Product
from receipts.models import Receipt
from tests.browsers.hand import Hand
from tests.browsers.patient import make_guarantor
from tests.factories.staff import DESK, member

PASSWORD = "a long sentence for a day"
FIND_FIELD = '//*[@id="find-text"]'
ENTER = "\ue007"  # as WebDriver writes the key


def make_clerk() -> User:
    """A member of the front desk who has no authenticator yet."""
    clerk = member(DESK, name="Dana Whitfield")
    clerk.set_password(PASSWORD)
    clerk.save(update_fields=["password"])
    return clerk


class Desk:
    """A clerk at one engine. The steps in their order; what one learns the next may need."""

    def __init__(self, hand: Hand, product: Product) -> None:
        self.hand = hand
        self.clerk, self.guarantor = make_clerk(), make_guarantor()
        self.description = f"Front desk {self.clerk.pk}"
        self.steps = {
            "signs in with the authenticator": self.sign_in,
            "opens a batch": self.open_batch,
            "leaves it and attaches it": self.attach_batch,
            "finds who pays with a slash": self.find_anything,
            "takes a copay": self.take_copay,
            "looks for who pays": self.find_guarantor,
            "opens Take a payment": self.open_payment,
            "takes cash": self.take_cash,
            "reads the account's story": self.read_story,
            "looks through the receipts": self.look_through,
            "finds the receipt": self.find_receipt,
            "looks at the day": self.look_at_day,
            "counts by bills": self.count,
            "closes the batch and gets its papers": self.close,
            "signs out": self.sign_out,
        }

    def sign_in(self) -> None:
        self.hand.go("/admin/")
        self.hand.type("Email address", self.clerk.email)
        self.hand.type("Password", PASSWORD)
        self.hand.press("Sign in")
        self.hand.sees("Set up your authenticator")
        secret = self.hand.find('//*[contains(@class, "reference")]').text
        self.hand.type("Code", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        self.hand.press("Continue")
        self.hand.sees("Keep your recovery codes")
        self.hand.press("Go to the back office")

    def open_batch(self) -> None:
        self.hand.press("My batch")
        self.hand.type("Description", self.description)
        self.hand.press("Open the batch")
        self.hand.sees(f"You work in the new batch {self.description}, ")

    def attach_batch(self) -> None:
        self.hand.press("Work in no batch")
        self.hand.sees("Other open batches of today")
        self.hand.press(f"Attach {self.description}")
        self.hand.sees("Work in no batch")

    def find_anything(self) -> None:
        self.hand.find("//body").send_keys("/")
        self.hand.find(FIND_FIELD).send_keys(self.guarantor.account_number)
        self.hand.find(f'//*[@role="option"][contains(., "{self.guarantor.name}")]')
        self.hand.find(FIND_FIELD).send_keys(ENTER)
        self.hand.must("the cursor in the amount", "return document.activeElement.id === 'id_amount'")

    def take_copay(self) -> None:
        self.hand.choose("Copay")
        self.hand.type("Amount", "25.00")
        self.hand.type("Cash tendered", "30.00")
        self.hand.must("the change", "return document.querySelector('[data-change]').value === '$5.00'")
        self.hand.press("Issue the receipt")
        self.hand.sees("Change due: $5.00.")

    def find_guarantor(self) -> None:
        self.hand.press("Take a payment")
        self.hand.type("Who pays?", self.guarantor.account_number)
        self.hand.find('//button[normalize-space() = "Find"]').click()  # not the Find of the menu
        self.hand.sees(self.guarantor.name)

    def open_payment(self) -> None:
        self.hand.press(self.guarantor.name)
        self.hand.sees("What is it for?", "$100.00")

    def take_cash(self) -> None:
        self.hand.type("Why is there a second payment?", "The balance, too")
        self.hand.type("Amount", "50.00")
        self.hand.must("the total, added up", "return document.querySelector('[data-total]').value === '$50.00'")
        self.hand.press("Issue the receipt")
        self.hand.sees("was issued.")

    def look_through(self) -> None:
        self.hand.press("Receipts")
        self.hand.sees("Receipt, check, transaction or PaymentIntent")

    def find_receipt(self) -> None:
        number = str(Receipt.objects.get(guarantor=self.guarantor, copay=None).pk)
        self.hand.type("Search", number)
        self.hand.press("Search")
        self.hand.press(number)
        self.hand.sees("$50.00", self.guarantor.name, "Cash")

    def read_story(self) -> None:
        self.hand.go(reverse("backoffice:account", args=[self.guarantor.pk]))
        self.hand.sees("What became of it", "copay of", "Annual physical")

    def look_at_day(self) -> None:
        self.hand.press("Close the day")
        self.hand.sees(self.description, "2 receipts", "Bills and coins", "Stripe took, less refunds")

    def count(self) -> None:
        self.hand.press("My batch")
        self.hand.press("Reconcile and close")
        bills = {f"How many of ${worth}.00": "1" for worth in (50, 20, 5)}
        for name, text in {**bills, "Checks": "0", "Cards": "0", "Other": "0"}.items():
            self.hand.type(name, text)
        self.hand.press("Compare")
        self.hand.sees("Cash $75.00 $75.00 $0.00", "Still in the air for this date")

    def close(self) -> None:
        self.hand.press("Close the batch")
        self.hand.sees("Closed, to be printed", "$75.00")
        batch = ReferenceBatch.objects.get(description=self.description)
        assert batch.status == ReferenceBatch.Status.CLOSED, "the batch is not closed"

    def sign_out(self) -> None:
        self.hand.press("Log out")
        self.hand.sees("Sign in")
