"""What a key may be used for: a part of what its account's role may do, never more."""

from django.db import models


class Scope(models.TextChoices):
    """Each scope, and what it lets a key do."""

    PRACTICE_READ = "practice:read", "Read groups, facilities and providers"
    PRACTICE_WRITE = "practice:write", "Write facilities and providers"
    ACCOUNTS_READ = "accounts:read", "Read guarantors, patients, visits, statements and appointments"
    ACCOUNTS_WRITE = "accounts:write", "Write guarantors, patients, visits, statements and appointments"
    RECEIPTS_READ = "receipts:read", "Read receipts, one by one and as lists"
    PAYMENTS_WRITE = (
        "payments:write",
        "Enter payments taken elsewhere and what the bank took back, and void receipts",
    )
    REFUNDS_WRITE = "refunds:write", "Give money back"
    BATCHES_READ = "batches:read", "Read Reference Batches"
    BATCHES_WRITE = "batches:write", "Open, attach, close and reopen Reference Batches"
    QUICKPAY_WRITE = "quickpay:write", "Make and revoke QuickPay links"
    NOTICES_WRITE = "notices:write", "Send balance notices"
    REPORTS_READ = "reports:read", "Read reports as data"
    CHANGES_READ = "changes:read", "Follow the change feed"
    WEBHOOKS_MANAGE = "webhooks:manage", "Subscribe addresses to webhooks"
    CONFIDENTIAL_READ = "confidential:read", "See the words of confidential visits, where the role may"
