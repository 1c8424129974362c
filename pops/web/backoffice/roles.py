"""The roles of the staff and their rights: what this file says is applied after each migration."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions

SEES = [
    "batches.view_referencebatch", "batches.view_periodlock", "batches.view_deposit",
    "receipts.view_receipt", "payments.view_payment",
    "payments.view_refund", "payments.view_dispute", "payments.view_processorevent", "payments.view_storedcard",
    "accounts.view_guarantor",
    "accounts.view_patient", "accounts.view_encounter", "accounts.view_serviceline", "accounts.view_statement",
    "accounts.view_appointment",
    "notifications.view_message", "appointments.view_appointmentrequest", "logins.view_phonechange",
    "portal_sessions.view_portalsession", "reports.view_reportrun",
]  # fmt: skip
DESK = [
    *SEES, "batches.open_batch", "batches.reconcile_batch", "batches.close_batch", "batches.make_deposit",
    "batches.move_cash", "receipts.take_payment",
    "receipts.void_receipt", "receipts.post_escrow", "accounts.add_guarantor",
    "accounts.change_guarantor", "accounts.add_guarantornote", "accounts.add_patient", "accounts.change_patient",
    "accounts.add_appointment", "accounts.change_appointment", "logins.change_access",
    "notifications.send_message_again", "appointments.answer_request", "logins.settle_phonechange",
    "balance_notices.send_balancenotice",
    "portal_sessions.end_portalsession", "portal_sessions.mirror_account",
    "quickpay.add_link", "quickpay.revoke_link", "backoffice.answer_inbox",
]  # fmt: skip
MANAGER = [
    *DESK, "batches.reopen_batch", "batches.archive_batch", "batches.lock_period", "batches.see_uncounted",
    "batches.see_over_short",
    "receipts.refund_receipt", "receipts.refund_another_way", "receipts.return_money", "receipts.void_online",
    "batches.attach_earlier",
    "accounts.add_encounter", "accounts.change_encounter", "accounts.add_serviceline", "accounts.change_serviceline",
    "accounts.add_statement", "accounts.see_confidential", "accounts.retire_guarantor", "accounts.merge_guarantor",
    "receipts.move_receipt", "receipts.disburse_escrow", "receipts.take_back_posting",
    "payments.decide_review", "payments.view_bookscheck", "reports.export_lists", "reports.schedule_reports",
    "reports.view_pops_payments",
    "reports.view_session_usage", "reports.share_savedfilter",
    "practice.view_group", "practice.view_practice", "practice.view_facility", "practice.view_provider",
]  # fmt: skip
ADMIN = [
    *MANAGER, "access.view_user", "access.add_user", "access.change_user", "auth.view_group",
    "mfa.view_authenticator", "access.reset_sign_in", "practice.add_practice", "practice.change_practice",
    "practice.add_group", "practice.change_group", "practice.add_facility", "practice.change_facility",
    "practice.add_provider", "practice.change_provider", "imports.import_accounts",
    "service_accounts.view_serviceaccount", "service_accounts.add_serviceaccount",
    "service_accounts.change_serviceaccount",
    "reports.view_export", "subscribers.view_endpoint", "subscribers.view_delivery", "subscribers.manage_endpoint",
]  # fmt: skip
ROLES = {"Front desk": DESK, "Billing manager": MANAGER, "Administrator": ADMIN}


def say_who(right: str) -> str:
    """Which roles have a right, as people say it: a Billing manager or an Administrator."""
    names = [f"{'an' if name[0] in 'AEIO' else 'a'} {name}" for name, rights in ROLES.items() if right in rights]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def apply_roles(**migration: Any) -> None:
    """Give each role exactly its rights. Django sends this after `migrate`, whose last app may lack its rights yet."""
    roles, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    wanted = {right for rights in ROLES.values() for right in rights}
    for label in sorted({right.partition(".")[0] for right in wanted}):
        create_permissions(apps.get_app_config(label), verbosity=0)
    found = {
        f"{right.content_type.app_label}.{right.codename}": right
        for right in permissions.objects.select_related("content_type")
    }
    for name, rights in ROLES.items():
        role, _ = roles.objects.get_or_create(name=name)
        role.permissions.set([found[right] for right in rights])
