"""A POPS Group: what shapes the portal for its guarantors."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from pops.core.practice.logo import validate_logo


@pghistory.track()
class Group(models.Model):
    """Branding and options, by panel. Each option is enforced on the server where it takes effect."""

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
    logo = models.FileField(
        upload_to="logos/",
        blank=True,
        validators=[validate_logo],
        help_text="Shown in receipt emails. PNG, JPEG or GIF, 250 x 64 pixels or twice that, at most 200 KB.",
    )
    footer_email = models.EmailField(blank=True)
    footer_phone = models.CharField(max_length=40, blank=True)
    footer_text = models.TextField(blank=True)

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
        max_length=10, choices=LogoutFunction, default=LogoutFunction.LOGOUT, help_text="What Sign out does."
    )
    session_minutes = models.PositiveSmallIntegerField(
        "session length",
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text="Minutes without use after which a guarantor is signed out, 5 to 120.",
    )
    session_extension = models.BooleanField(
        default=True, help_text="A minute before a session ends, guarantors may extend it by one click."
    )

    # Payments
    credit_card = models.BooleanField(default=True, help_text="Guarantors may pay by credit or debit card.")
    apple_pay = models.BooleanField(
        "Apple Pay", default=False, help_text="Offered in Safari on Apple devices, never for split payments."
    )
    google_pay = models.BooleanField("Google Pay", default=False, help_text="Offered on any device.")
    store_payment_method = models.BooleanField(
        default=False, help_text="Guarantors may keep a card for their next payment."
    )
    require_cvv = models.BooleanField(
        "require CVV", default=True, help_text="Ask for the card's security code, for stored cards too."
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
