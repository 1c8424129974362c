"""What a receipt and its parts are called: in the list, on its page, on paper, by mail and at the desk."""

from dataclasses import dataclass

from receipts.models import Receipt, Standing

Kind = Receipt.Kind

# What stands in place of services that are confidential.
OTHER_SERVICES = "Other services"


@dataclass(frozen=True)
class StandingWords:
    """How a receipt stands, in words. Titles take its number."""

    verdict: str  # of its tag
    tone: str  # of its tag's colour
    page_title: str
    document_title: str
    date: str = "Date"
    no_proof: str = ""  # stands in each part of what proves no payment


STANDINGS = {
    Standing.PAID: StandingWords("Paid", "success", "Receipt {}", "Receipt {}", "Payment date"),
    Standing.REFUNDED: StandingWords("Refunded", "info", "Receipt {}", "Refund receipt {}"),
    Standing.CAME_BACK: StandingWords(
        "Refund came back", "info", "Receipt {}", "Receipt {} of a refund that came back"
    ),
    Standing.RETURNED: StandingWords("Returned", "warning", "Receipt {}", "Receipt {} of returned money"),
    Standing.UNSUCCESSFUL: StandingWords(
        "Unsuccessful",
        "error",
        "Payment unsuccessful",
        "Unsuccessful payment {}: not a proof of payment",
        no_proof="Unsuccessful: not a proof of payment",
    ),
    Standing.VOIDED: StandingWords(
        "Voided",
        "warning",
        "Voided receipt {}",
        "Voided receipt {}: not a proof of payment",
        no_proof="Voided: not a proof of payment",
    ),
}

# A payment that was refunded whole. It stands, so this is no standing; in the list its refund is seen beside it.
GIVEN_BACK = StandingWords(
    "Refunded in full",
    "info",
    "Receipt {}, refunded in full",
    "Receipt {}, refunded in full: not a proof of payment",
    no_proof="Refunded in full: not a proof of payment",
)


# And one whose money the bank took back, so that nothing of it is left.
SENT_BACK = StandingWords(
    "Returned by the bank",
    "warning",
    "Receipt {}, returned by the bank",
    "Receipt {}, returned by the bank: not a proof of payment",
    no_proof="Returned by the bank: not a proof of payment",
)


@dataclass(frozen=True)
class KindWords:
    """What the parts of a receipt are called by what it is about, whether it was voided or not."""

    verdict: str  # beside its relatives
    applied: str  # its own amounts beside others
    posted: str  # what became of the part that concerns services
    total: str
    stood: str  # each service as it stood right after this ...
    unapplied: str
    mail_title: str
    greeting: str  # what its mail begins with, as a heading
    mail_date: str
    mail_amount: str
    mail_note: str = ""  # what the reader must know beyond the fields


KINDS = {
    Kind.PAYMENT: KindWords(
        verdict="Paid",
        applied="This payment",
        posted="Applied to services",
        total="Total paid",
        stood="payment",
        unapplied="Not yet applied to a service",
        mail_title="Receipt",
        greeting="Thank you. We received your payment.",
        mail_date="Date Paid",
        mail_amount="Amount Paid",
    ),
    Kind.REFUND: KindWords(
        verdict="Refunded",
        applied="This refund",
        posted="Taken back from services",
        total="Total refunded",
        stood="refund",
        unapplied="From what was not yet applied to a service",
        mail_title="Refund receipt",
        greeting="Your refund receipt",
        mail_date="Date Refunded",
        mail_amount="Amount Refunded",
    ),
    Kind.CAME_BACK: KindWords(
        verdict="Refund came back",
        applied="Came back",
        posted="Applied to services",
        total="Total",
        stood="payment",
        unapplied="Not yet applied to a service",
        mail_title="Refund that came back: receipt",
        greeting="Your refund came back to us",
        mail_date="Date",
        mail_amount="Amount",
        mail_note="Your bank did not take our refund, so we have the money again. We will get in touch with you.",
    ),
    Kind.RETURNED: KindWords(
        verdict="Returned by the bank",
        applied="This return",
        posted="Taken back from services",
        total="Total returned",
        stood="return",
        unapplied="From what was not yet applied to a service",
        mail_title="Returned payment",
        greeting="Your bank returned a payment",
        mail_date="Date Returned",
        mail_amount="Amount Returned",
        mail_note="The bank took the money of this payment back, so what it paid for is owed again. "
        "Please pay it in another way, or get in touch with us.",
    ),
}
