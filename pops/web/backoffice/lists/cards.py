from typing import Any

from django.contrib import admin

from payments.models import StoredCard
from pops.web.backoffice.lists.payments import TitledAdmin
from pops.web.backoffice.lists.searching import FindsPeople


@admin.register(StoredCard)
class StoredCardAdmin(FindsPeople, TitledAdmin):
    """Cards that guarantors keep, each with what they agreed to: the answer to a bank that asks."""

    list_display = ["guarantor", "words", "expiry", "kept_at", "removed_at", "removal"]
    list_filter = ["removal", "kept_at"]
    list_select_related = ["guarantor"]
    search_fields = ["=stripe_id"]
    search_help_text = "Guarantor, account number, phone, patient, or the payment method at Stripe"
    fieldsets = [
        (None, {"fields": ["guarantor", "words", "expiry", "kept_at", "removed_at", "removal"]}),
        ("What was agreed to", {"fields": ["agreed_words", "agreed_at", "from_address", "from_browser"]}),
        ("For looking it up", {"fields": ["stripe_id", "customer", "detached_at", "reference"]}),
    ]

    @admin.display(description="Card", ordering="brand")
    def words(self, card: StoredCard) -> str:
        return card.words

    @admin.display(description="Expires", ordering="expires_on")
    def expiry(self, card: StoredCard) -> str:
        return card.expiry

    @admin.display(description="Words")
    def agreed_words(self, card: StoredCard) -> str:
        return card.consent.words

    @admin.display(description="When")
    def agreed_at(self, card: StoredCard) -> Any:
        return card.consent.agreed_at

    @admin.display(description="From the address")
    def from_address(self, card: StoredCard) -> str:
        return card.consent.from_address or "Not known"

    @admin.display(description="By the browser")
    def from_browser(self, card: StoredCard) -> str:
        return card.consent.from_browser or "Not known"

    @admin.display(description="Customer at Stripe")
    def customer(self, card: StoredCard) -> str:
        return card.consent.customer_id
