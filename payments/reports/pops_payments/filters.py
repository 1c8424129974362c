"""What POPS Payments can be narrowed by."""

from payments.reports.filters.choices import Choice, Choices, Flag
from payments.reports.filters.dates import Dates
from payments.reports.filters.picks import Picks
from payments.reports.models import Money
from payments.reports.pops_payments import finding
from pops.core.methods import BRANDS, Method
from receipts.models import Receipt

POST, RECEIVED, BATCH = "post", "received", "batch"
# Which day counts: that of the batch that a movement is in, or that of the receipt that it is of.
DATES = ((POST, "Post date"), (RECEIVED, "Received date"), (BATCH, "Reference batch"))
ONLY, NONE = "only", "none"
LIST_RECEIVED, LIST_APPLIED = "received", "applied"

TYPES = [(kind.value, kind.label) for kind in Money.Type]
# What picks postings, and so the receipts that have such postings: name of the filter by column of Money.
OF_POSTINGS = {
    "patient": "patient_id",
    "facility": "facility_id",
    "provider": "provider_id",
    "billing": "billing_provider_id",
    "referring": "referring_provider_id",
}
OF_TRANSACTIONS = {"method": "method", "card": "card_brand"}

FILTERS = (
    Choice(
        name="date", label="Dates are", choices=DATES, default=POST, is_silent=True,
        help="Post date: each movement on the day of its own batch, as the batches count it. Received date: what became"
        " of the money that came in on these days. Reference batch: whatever is in a batch.",
    ),
    Dates(name="span", label="Post date"),
    Picks(
        name="batch", label="Reference batches", many="reference batches", find=finding.find_batches,
        help="Numbers of batches, with commas between.",
    ),
    Choices(
        name="type", label="Receipt types", choices=TYPES,
        help="Voided receipts and those that were requested and not processed count as nothing.",
    ),
    Picks(
        name="patient", label="Patients", many="patients", find=finding.find_patients,
        help="Patient numbers or whole names, with commas between.",
    ),
    Picks(
        name="facility", label="Facilities", many="facilities", find=finding.find_facilities,
        offers=finding.offer_facilities, help="In an address also by name, nickname or tax ID.",
    ),
    Picks(
        name="provider", label="Rendering providers", many="rendering providers", find=finding.find_providers,
        offers=finding.offer_providers, help="Who treated.",
    ),
    Picks(
        name="billing", label="Billing providers", many="billing providers", find=finding.find_providers,
        offers=finding.offer_providers, help="In whose name it was billed: who treated, where nothing else is known.",
    ),
    Picks(
        name="referring", label="Referring providers", many="referring providers", find=finding.find_providers,
        offers=finding.offer_providers, help="Who sent the patient, where that is known.",
    ),
    Picks(
        name="guarantor", label="Guarantors", many="guarantors", find=finding.find_accounts,
        help="Account numbers or whole names, with commas between.",
    ),
    Choices(name="channel", label="Received", choices=Receipt.Channel.choices),
    Choices(name="method", label="Methods", choices=Method.choices),
    Choices(name="card", label="Card types", choices=tuple(BRANDS.items())),
    Picks(
        name="cashier", label="Taken by", many="cashiers", find=finding.find_cashiers, offers=finding.offer_cashiers,
    ),
    Choice(
        name="escrow", label="Escrow", choices=((ONLY, "Only receipts with money in escrow now"),
                                                (NONE, "Only receipts without money in escrow now")),
        sentence="{}.",
    ),
    Choice(
        name="disbursed", label="Disbursed", choices=((ONLY, "Only receipts of which money was disbursed"),
                                                      (NONE, "Only receipts of which no money was disbursed")),
        sentence="{}.",
    ),
    Choice(
        name="list", label="List", default=LIST_RECEIVED, is_silent=True,
        choices=((LIST_RECEIVED, "Money received"), (LIST_APPLIED, "Money applied")),
        help="Received here or applied here: the totals have both.",
    ),
    Flag(
        name="payments", label="Include payments", sentence="With the payments to services under each receipt.",
        help="Lists under each receipt what was applied of it. With a filter by facility or provider, receipts of which"
        " nothing is applied (escrow) are left out.",
    ),
)  # fmt: skip
