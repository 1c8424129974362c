"""What a receipt and its parts are called: in the list, on its page, on paper, by mail and at the desk."""

from dataclasses import dataclass

from receipts.models import Receipt, Standing

Kind = Receipt.Kind


@dataclass(frozen=True)
class StandingWords:
    """How a receipt stands, in words. Titles take its number."""

    verdict: str  # of its tag
    tone: str  # of its tag's colour
    page_title: str
    document_title: str
    date: str = "Date"


STANDINGS = {
    Standing.PAID: StandingWords("Paid", "success", "Receipt {}", "Receipt {}", "Payment date"),
    Standing.REFUNDED: StandingWords("Refunded", "info", "Receipt {}", "Refund receipt {}"),
    Standing.CAME_BACK: StandingWords(
        "Refund came back", "info", "Receipt {}", "Receipt {} of a refund that came back"
    ),
    Standing.UNSUCCESSFUL: StandingWords(
        "Unsuccessful", "error", "Payment unsuccessful", "Unsuccessful payment {}: not a proof of payment"
    ),
    Standing.VOIDED: StandingWords(
        "Voided", "warning", "Voided receipt {}", "Voided receipt {}: not a proof of payment"
    ),
}


@dataclass(frozen=True)
class KindWords:
    """What the parts of a receipt are called by what it is about, whether it was voided or not."""

    verdict: str  # beside its relatives
    applied: str  # its own amounts beside others
    posted: str  # what became of the part that concerns services
    total: str
    stood: str  # each service as it stood right after this ...
    unapplied: str


KINDS = {
    Kind.PAYMENT: KindWords(
        "Paid", "This payment", "Applied to services", "Total paid", "payment", "Not yet applied to a service"
    ),
    Kind.REFUND: KindWords(
        "Refunded",
        "This refund",
        "Taken back from services",
        "Total refunded",
        "refund",
        "From what was not yet applied to a service",
    ),
    Kind.CAME_BACK: KindWords(
        "Refund came back", "Came back", "Applied to services", "Total", "payment", "Not yet applied to a service"
    ),
}
