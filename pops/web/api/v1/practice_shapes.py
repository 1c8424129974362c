"""How groups, facilities and providers are told."""

from pops.core.imports.places import FACILITIES, PROVIDERS
from pops.web.api.fields import Flag, Shape, Text, Whole
from pops.web.api.v1.accounts.fields import make_shape
from pops.web.api.v1.accounts.said import answer_of, bulk_of


class GroupShape(Shape):
    """A POPS Group: what shapes the portal for its guarantors."""

    id = Whole(read_only=True)
    name = Text(max_length=200)
    shown_name = Text(max_length=200, help_text="For patients; empty: the practice's own name.")
    credit_card = Flag(help_text="Whether its guarantors may pay by card.")
    auto_post = Flag(help_text="Whether payments are applied to the oldest balances first.")
    quickpay = Flag(help_text="Whether there are links by which a balance is paid without signing in.")


class FacilityShape(Shape):
    """A location where patients are seen."""

    id = Whole(read_only=True)
    facility_number = Text(source="number", help_text="In the practice's own system; empty: entered by hand.")
    name = Text(max_length=200)
    nickname = Text(max_length=40, help_text="What the staff call it.")
    address = Text(max_length=300)
    phone = Text(max_length=40)
    tax_id = Text(max_length=20, help_text="Of who bills for it.")
    is_retired = Flag(help_text="Offered for nothing new.")


class ProviderShape(Shape):
    """Who treats: a physician or another clinician."""

    id = Whole(read_only=True)
    provider_number = Text(source="number", help_text="In the practice's own system; empty: entered by hand.")
    name = Text(max_length=200, help_text="As printed on receipts.")
    is_retired = Flag(help_text="Offered for nothing new.")


FacilityBody = make_shape("FacilityBody", FACILITIES, leaving=FACILITIES.key)
ProviderBody = make_shape("ProviderBody", PROVIDERS, leaving=PROVIDERS.key)
FacilityItem = make_shape("FacilityItem", FACILITIES)
ProviderItem = make_shape("ProviderItem", PROVIDERS)
FacilityBulk = bulk_of("Facility", FacilityItem)
ProviderBulk = bulk_of("Provider", ProviderItem)
FacilityAnswer = answer_of("Facility", FacilityShape)
ProviderAnswer = answer_of("Provider", ProviderShape)

GROUP = {
    "id": 1,
    "name": "Lakeside",
    "shown_name": "Lakeside Family Medicine",
    "credit_card": True,
    "auto_post": True,
    "quickpay": True,
}
FACILITY = {
    "id": 2,
    "facility_number": "F-1",
    "name": "Lakeside Main Clinic",
    "nickname": "Main",
    "address": "12 Shore Road, Lakeside",
    "phone": "(555) 010-2000",
    "tax_id": "12-3456789",
    "is_retired": False,
}
PROVIDER = {"id": 3, "provider_number": "D-1", "name": "Priya Raman, MD", "is_retired": False}
