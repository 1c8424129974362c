"""The patient's path: from the emailed code to the printed receipt."""

import time

from pops.core.accounts.models import Guarantor
from pops.local.product import Product
from receipts.models import Receipt
from tests.browsers.hand import ARROW_DOWN, Hand
from tests.demo_processes import wait_for_code
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory, StatementFactory

RING = "return getComputedStyle(document.querySelector(`label[for=${document.activeElement.id}]`)).outlineStyle"


def make_guarantor() -> Guarantor:
    """One who owes more than the last statement says: both amounts can be chosen."""
    guarantor: Guarantor = GuarantorFactory()
    for statement in (None, StatementFactory(guarantor=guarantor)):
        ServiceLineFactory(guarantor=guarantor, billed_cents=5000, description="Annual physical", statement=statement)
    return guarantor


class Patient:
    """A guarantor at one engine. The steps in their order; what one learns the next may need."""

    def __init__(self, hand: Hand, product: Product) -> None:
        self.hand, self.product = hand, product
        self.guarantor = make_guarantor()
        self.number = ""  # of the receipt
        self.steps = {
            "signs in by the emailed code": self.sign_in,
            "sees what is owed": self.see_account,
            "moves between the amounts by arrow key": self.move_by_arrow_key,
            "chooses another amount": self.choose_amount,
            "pays by card": self.pay,
            "reads the receipt": self.read_receipt,
            "prints it": self.print_receipt,
            "finds it in the list": self.find_in_list,
            "searches for it": self.search,
            "opens its details": self.open_details,
            "signs out": self.sign_out,
        }

    def sign_in(self) -> None:
        self.hand.go("/")
        asked = time.time()
        self.hand.type("Email address", self.guarantor.email)
        self.hand.press("Send me a code")
        self.hand.sees("Enter your code")
        self.hand.type("Code from the email", wait_for_code(self.product, self.guarantor.email, since=asked))
        self.hand.press("Sign in")

    def see_account(self) -> None:
        self.hand.sees("Amount Due", "$50.00", "your Current Balance is $100.00")
        self.hand.press("See what it is made of")
        self.hand.sees("Annual physical")

    def move_by_arrow_key(self) -> None:
        self.hand.press("Pay")
        self.hand.sees("How much do you want to pay?")
        self.hand.choose("Current Balance")
        self.hand.find('//input[@value="current"]').send_keys(ARROW_DOWN)
        self.hand.must("Amount Due, chosen", 'return document.activeElement.value === "due"')
        self.hand.must("the ring around it", f'{RING} === "solid"')

    def choose_amount(self) -> None:
        self.hand.choose("Other amount")
        self.hand.type("Other amount, in dollars", "12.50")
        self.hand.press("Continue")

    def pay(self) -> None:
        self.hand.sees("Card details")
        self.hand.type_card(number="4242424242424242", expiry="1234", cvc="123", postalCode="05401")
        self.hand.looks_right()
        self.hand.press("Pay $12.50")
        self.hand.must("a receipt after paying", r"return /^\/receipts\/\d+\/$/.test(location.pathname)")

    def read_receipt(self) -> None:
        self.number = self.hand.run("return location.pathname.split('/')[2]")
        self.hand.sees("Paid $12.50", self.number, "Visa", "4242", "Annual physical", "Download PDF")

    def print_receipt(self) -> None:
        self.hand.run("window.print = () => { document.body.dataset.printed = 'yes' }")
        self.hand.press("Print")
        self.hand.must("a print", "return document.body.dataset.printed === 'yes'")

    def find_in_list(self) -> None:
        self.hand.press("Receipts")
        self.hand.sees(self.number, "$12.50")
        receipts = self.hand.find('//ul[contains(@class, "receipt-list")]')
        role = self.hand.engine.role_of(receipts)
        assert role == "list", f"the list of receipts is a {role} to a screen reader"
        # Safari wants it said of one without bullets; WebKitGTK doesn't.
        assert receipts.get_attribute("role") == "list", "the list of receipts doesn't say that it is one"

    def search(self) -> None:
        self.hand.press("Search and filter")
        self.hand.type("What are you looking for?", "Visa 4242")
        self.hand.press("Show receipts")
        self.hand.sees("1 receipt found")

    def open_details(self) -> None:
        self.hand.press(f"Details of receipt {self.number}")
        self.hand.sees("Annual physical", "Priya Raman, MD")
        self.hand.press("1 transaction")
        self.hand.sees(Receipt.objects.get(pk=self.number).transactions.get().number)

    def sign_out(self) -> None:
        self.hand.press("Sign out")
        self.hand.sees("Send me a code")
