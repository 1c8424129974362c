"""How a group's mails and papers look, and whom they name: the group's own where it says so, else the practice's."""

from dataclasses import dataclass

from django.conf import settings

from pops.core.practice.models import Group, Practice
from pops.core.practice.pictures import FOLDER, picture_url
from pops.core.practice.theme import HOUSE, Theme, on_paper
from pops.core.words import shown

# How a page for paper names a stored picture.
PICTURE = "picture:"


@dataclass(frozen=True)
class Look:
    """`logo` is a whole address, for programs that read mail; `paper_logo` for PDFs. Either may be empty."""

    name: str
    theme: Theme
    logo: str
    paper_logo: str
    phone: str
    email: str
    reply_to: str

    @property
    def is_own(self) -> bool:
        """Whether it differs from the house's."""
        return bool(self.theme != HOUSE or self.logo)

    @property
    def paper_primary(self) -> str:
        """The primary colour for white paper."""
        return on_paper(self.theme)

    @property
    def contact(self) -> list[str]:
        """What is known of how to reach the billing office."""
        return [part for part in (self.phone, self.email) if part]


def get_look(practice: Practice, group: Group | None = None) -> Look:
    """Of a group; without one the practice's, in the house's colours."""
    own = group or Group()
    return Look(
        name=shown(own.shown_name or practice.name),
        theme=own.theme if group else HOUSE,
        logo=f"{settings.SITE_URL}{picture_url(own.logo)}" if own.logo else "",
        paper_logo=f"{PICTURE}{str(own.logo.name).removeprefix(FOLDER)}" if own.logo else "",
        phone=own.footer_phone or practice.phone,
        email=own.footer_email or practice.email,
        reply_to=practice.email or own.footer_email,
    )
