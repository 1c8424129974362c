"""A POPS Group: what shapes the portal for its guarantors."""

import re
from collections import defaultdict
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from pops.core.practice.pictures import FOLDER
from pops.core.practice.theme import COLOUR, COLOURS, HOUSE, Dark, Theme, find_problems

is_colour = RegexValidator(
    rf"^{COLOUR.pattern}\Z", "A colour is written as # and six digits or letters a to f: #0b5563."
)


class ColourField(models.CharField):
    """A colour as #rrggbb, small letters. The house's own until another is set."""

    default_validators = [is_colour]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": 7})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip().lower() if isinstance(text, str) else text


class DaysField(models.CharField):
    """Numbers of days as people write them, kept as 3,14,30: in order, each once."""

    MOST, LAST = 8, 365

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_length": 40, "blank": True, "default": "", "db_default": ""})

    def to_python(self, value: Any) -> Any:
        days = re.findall(r"[^\s,;]+", value) if isinstance(value, str) else []
        if not all(one.isdecimal() and 1 <= int(one) <= self.LAST for one in days) or len(set(days)) > self.MOST:
            raise ValidationError(f"Write up to {self.MOST} numbers of days from 1 to {self.LAST}, such as 3, 14, 30.")
        return ",".join(str(one) for one in sorted({int(one) for one in days}))


@pghistory.track()
class Group(models.Model):
    """Branding, theme and options, by panel. Each option is enforced on the server where it takes effect."""

    Dark = Dark

    class LandingPage(models.TextChoices):
        HOME = "home", "Home"
        ACCOUNT = "account", "Account"
        STATEMENTS = "statements", "Statements"
        RECEIPTS = "receipts", "Receipts"
        PAY = "pay", "Pay"

    class LogoutFunction(models.TextChoices):
        CLOSE = "close", "Sign out and close the page"
        LOGOUT = "logout", "Sign out"
        NONE = "none", "None (not recommended)"

    class SplitPayments(models.TextChoices):
        NONE = "none", "Not split"
        FACILITY = "facility", "By facility"
        PROVIDER = "provider", "By provider"

    name = models.CharField(max_length=200, unique=True)

    # Branding
    shown_name = models.CharField(
        "name for patients",
        max_length=200,
        blank=True,
        help_text="Heads the portal, receipts and mails of this group. Empty: the practice's own name.",
    )
    logo = models.FileField(
        upload_to=FOLDER,
        blank=True,
        help_text="Heads the portal, receipts and mails. 250 x 64 pixels, or 500 x 128 for sharp screens.",
    )
    favicon = models.FileField(
        upload_to=FOLDER, blank=True, help_text="The small sign on the browser's tab. Square, at least 32 pixels wide."
    )
    home_image = models.FileField(
        upload_to=FOLDER,
        blank=True,
        help_text="Across the top of the home page. At least 800 x 200 pixels, 1.5 to 6 times as wide as high.",
    )
    footer_email = models.EmailField(
        blank=True, help_text="Where patients write about a bill. Empty: the practice's own address."
    )
    footer_phone = models.CharField(
        max_length=40, blank=True, help_text="Where patients call about a bill. Empty: the practice's own number."
    )
    footer_text = models.TextField(blank=True, help_text="Stands below that on each page, such as when you answer.")

    # Theme
    background = ColourField(default=HOUSE.background, help_text="Behind all of a page.")
    surface = ColourField(default=HOUSE.surface, help_text="Of cards, tables and fields, and of the page's head.")
    primary = ColourField(default=HOUSE.primary, help_text="Of main buttons, links and the balance.")
    secondary = ColourField(default=HOUSE.secondary, help_text="Of the buttons beside the main one.")
    accent = ColourField(default=HOUSE.accent, help_text="Of the frame around what the keyboard is at.")
    info = ColourField(default=HOUSE.info, help_text="Of notices that tell something.")
    success = ColourField(default=HOUSE.success, help_text="Of what went well, such as Paid.")
    error = ColourField(default=HOUSE.error, help_text="Of what failed, and of what is typed wrong.")
    warning = ColourField(default=HOUSE.warning, help_text="Of notices to be careful.")
    dark = models.CharField(
        max_length=10,
        choices=Dark,
        default=Dark.DEVICE,
        help_text="When the portal is dark. The dark tones are made from the colours above, and can always be read.",
    )

    # Look and Feel
    landing_page = models.CharField(
        max_length=20,
        choices=LandingPage,
        default=LandingPage.HOME,
        help_text="Where guarantors arrive after signing in. A link to a page leads to that page instead.",
    )
    account_dashboard = models.BooleanField(
        default=True, help_text="Guarantors see the Account page: their balances and visits, line by line."
    )
    statements = models.BooleanField(default=True, help_text="Guarantors see their statements and print them.")
    show_current_balance = models.BooleanField(
        default=True, help_text="Show the Current Balance beside Amount Due, and let it be paid."
    )
    show_escrow = models.BooleanField(
        default=True, help_text="Show Unapplied Funds: what was paid and is not applied to a service yet."
    )
    show_collections = models.BooleanField(
        default=True, help_text="Show balances that were handed to a collections agency. They can't be paid here."
    )
    hide_current_visits = models.BooleanField(
        default=False, help_text="Hide visits from the Account page until a statement has shown them."
    )
    include_new_charges = models.BooleanField(
        "Include new charges in Amount Due",
        default=False,
        help_text="Amount Due is then all that the guarantor owes now, not only what a statement showed.",
    )
    logout_function = models.CharField(
        max_length=10,
        choices=LogoutFunction,
        default=LogoutFunction.LOGOUT,
        help_text="What Sign out does, and whether there is one.",
    )
    session_minutes = models.PositiveSmallIntegerField(
        "session length",
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text="Minutes without use after which a guarantor is signed out, 5 to 120.",
    )
    session_extension = models.BooleanField(
        default=True,
        help_text="Two minutes before a session ends, guarantors may extend it by a click; accessibility asks for it.",
    )

    # Payments
    credit_card = models.BooleanField(
        default=True, help_text="Guarantors may pay by a credit or debit card that they type in or have stored."
    )
    apple_pay = models.BooleanField(
        "Apple Pay", default=False, help_text="Offered in Safari on Apple devices, never for split payments."
    )
    google_pay = models.BooleanField("Google Pay", default=False, help_text="Offered on any device.")
    store_payment_method = models.BooleanField(
        default=False, help_text="Guarantors may keep a card for their next payment."
    )
    require_cvv = models.BooleanField(
        "require CVV",
        default=True,
        help_text="Ask for the security code of stored cards each time. Of a card that is typed it is always asked.",
    )
    auto_post = models.BooleanField(
        "Auto-Post",
        default=True,
        help_text="Apply each payment to the oldest balances first. Off: all of it waits in escrow.",
    )
    email_receipts = models.BooleanField(
        "Email Receipts", default=False, help_text="Email a receipt after each successful payment."
    )
    allow_overpayment = models.BooleanField(
        default=True,
        help_text="Guarantors may pay more than their Current Balance; the rest goes to escrow.",
    )
    notice_days = DaysField(
        "days of balance notices",
        help_text="Days after a statement on which who still owes gets a balance notice: 3, 14, 30. Empty: none.",
    )
    text_notices = models.BooleanField(
        "balance notices by text",
        default=False,
        db_default=False,
        help_text="Guarantors may choose to get balance notices as texts.",
    )
    quickpay = models.BooleanField(
        "QuickPay",
        default=True,
        db_default=True,
        help_text="Links in mails and texts, and QR codes, lead to the balance, to be paid without signing in.",
    )
    quickpay_days = models.PositiveSmallIntegerField(
        "QuickPay links are good for",
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="Days that a link in a mail or text, or a QR code made by staff, works: 1 to 365.",
    )
    quickpay_statement_days = models.PositiveSmallIntegerField(
        "QuickPay on statements is good for",
        default=365,
        db_default=365,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text="Days that the QR code and the link on a statement work, 1 to 730. A newer statement replaces them.",
    )
    split_payments = models.CharField(
        max_length=10,
        choices=SplitPayments,
        default=SplitPayments.NONE,
        help_text="Charge what is owed to each facility or provider on its own.",
    )

    # Scheduling
    appointments = models.BooleanField(
        default=False, help_text="Guarantors see the appointments of their patients, past and upcoming."
    )
    appointment_requests = models.BooleanField(
        default=False, help_text="Guarantors may ask for an appointment; the request reaches the desk."
    )

    class Meta:
        verbose_name = "POPS Group"

    def __str__(self) -> str:
        return self.name

    @property
    def theme(self) -> Theme:
        """What is worn by pages, mails and paper."""
        return Theme(**{name: getattr(self, name) for name in COLOURS}, dark=self.dark)

    @property
    def offers_sign_out(self) -> bool:
        return self.logout_function != self.LogoutFunction.NONE

    @property
    def closes_at_sign_out(self) -> bool:
        return self.logout_function == self.LogoutFunction.CLOSE

    def clean(self) -> None:
        """Refuse colours that can't be read, each with the nearest that can. Raises ValidationError."""
        super().clean()
        try:
            for name in COLOURS:
                is_colour(getattr(self, name))
        except ValidationError:
            return  # said beside the field
        refused = defaultdict(list)
        for problem in find_problems(self.theme):
            refused[problem.mover].append(problem.words)
        if refused:
            raise ValidationError(dict(refused))
