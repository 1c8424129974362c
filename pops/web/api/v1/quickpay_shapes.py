"""How QuickPay links are told. Where one leads is told once, to who made it."""

from rest_framework import serializers

from pops.quickpay.models import Link
from pops.web.api.fields import Choice, MomentField, Shape, Text, Whole

ORIGINS = Link.Origin.choices
# A statement's are made with its paper.
MADE = [choice for choice in ORIGINS if choice[0] != Link.Origin.STATEMENT]


class QuickPayLinkBody(Shape):
    """For whom, and how it will reach them."""

    account_number = Text(max_length=20)
    origin = Choice(choices=MADE, help_text="By what the guarantor gets it: reports tell what links bring.")
    good_for_days = Whole(
        min_value=1,
        max_value=365,
        required=False,
        help_text="How long it works; as long as the POPS Group says otherwise.",
    )


class QuickPayLinkShape(Shape):
    """A link by which a balance is paid without signing in."""

    id = Whole()
    account_number = Text(source="guarantor.account_number")
    origin = Choice(choices=ORIGINS)
    made_at = MomentField()
    good_until = MomentField()
    is_good = serializers.SerializerMethodField(help_text="Whether it still works.")
    revoked_at = MomentField(allow_null=True)
    replaced_at = MomentField(allow_null=True, help_text="When a newer statement's took its place.")

    def get_is_good(self, link: Link) -> bool:
        return link.is_good(self.context["view"].now)


class NewQuickPayLinkShape(Shape):
    """A link that was made just now, and where it leads."""

    address = Text(max_length=300, help_text="Told this once: we keep only its hash. Keep it out of logs.")
    link = QuickPayLinkShape()


LINK = {
    "id": 7,
    "account_number": "00123",
    "origin": "email",
    "made_at": "2026-11-30T17:05:00Z",
    "good_until": "2026-12-30T17:05:00Z",
    "is_good": True,
    "revoked_at": None,
    "replaced_at": None,
}
NEW = {"address": "https://pay.example.com/q/w2nL.../", "link": LINK}
