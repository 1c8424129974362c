"""The sample practice's groups: its own in the house's colours, one for children with a look of its own, and one of
providers who bill by themselves.
"""

import io

from django.core.files.base import ContentFile, File
from PIL import Image, ImageDraw, ImageFont

from pops.core.practice.models import Group
from pops.core.practice.pictures import FAVICON, HOME_IMAGE, LOGO, Kind, read_picture

FAMILY, KIDS, SHARED = "Lakeside Family Medicine", "Lakeside Kids", "Lakeside Associates"
# Whose group isn't the practice's own.
GROUPS = {"Aisha Karim": KIDS, "Dmitri Volkov": SHARED}
BERRY, SKY, SUN, LEAF, PAPER = "#7a2f6b", "#dcebf5", "#f2b33d", "#3f7d5a", "#ffffff"


def make_groups() -> None:
    """All groups, with their pictures."""
    Group.objects.create(
        name=FAMILY,
        email_receipts=True,
        apple_pay=True,
        google_pay=True,
        store_payment_method=True,
        notice_days="3,14,30",
        text_notices=True,
        appointments=True,
        appointment_requests=True,
        footer_email="billing@lakeside.example",
        footer_phone="(555) 010-2000",
        footer_text="Questions about a bill? Our billing office answers Monday to Friday, 8 AM to 5 PM.",
    )
    Group.objects.create(
        name=KIDS,
        shown_name=KIDS,
        email_receipts=True,
        google_pay=True,
        footer_email="kids@lakeside.example",
        footer_phone="(555) 010-2030",
        footer_text="Questions about a bill? Ask for Nora, Monday to Thursday.",
        logo=_kept(_draw_logo(), LOGO),
        favicon=_kept(_draw_sun(128), FAVICON),
        home_image=_kept(_draw_lake(), HOME_IMAGE),
        background="#faf5fa",
        primary=BERRY,
        secondary="#5d4a72",
        accent="#b4531d",
        logout_function=Group.LogoutFunction.CLOSE,
    )
    Group.objects.create(
        name=SHARED,
        shown_name=SHARED,
        email_receipts=True,
        store_payment_method=True,
        split_payments=Group.SplitPayments.PROVIDER,
        footer_email="billing@lakeside.example",
        footer_phone="(555) 010-2040",
    )


def _kept(picture: Image.Image, kind: Kind) -> File:
    """As one that was uploaded."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return read_picture(ContentFile(out.getvalue()), kind)


def _draw_sun(size: int) -> Image.Image:
    picture = Image.new("RGB", (size, size), PAPER)
    ImageDraw.Draw(picture).ellipse((size * 0.1, size * 0.1, size * 0.9, size * 0.9), fill=SUN)
    return picture


def _draw_logo() -> Image.Image:
    picture = Image.new("RGB", (500, 128), PAPER)
    picture.paste(_draw_sun(104), (12, 12))
    draw = ImageDraw.Draw(picture)
    draw.pieslice((16, 56, 112, 152), 180, 360, fill=BERRY)
    draw.text((136, 36), KIDS, fill=BERRY, font=ImageFont.load_default(size=52))
    return picture


def _draw_lake() -> Image.Image:
    """A lake in the morning, drawn twice as large and made smaller, so that its edges are smooth."""
    picture = Image.new("RGB", (3200, 720), SKY)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((2400, 120, 2760, 480), fill=SUN)
    for left, top, width in ((-300, 260, 1700), (700, 340, 1500), (1900, 300, 1800)):
        draw.ellipse((left, top, left + width, top + 1200), fill=LEAF)
    draw.rectangle((0, 560, 3200, 720), fill="#6fa8c9")
    return picture.resize((1600, 360), Image.Resampling.LANCZOS)
