from django.apps import apps as real_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

# As on the day of this migration: a later one changes them.
SEES = [
    "batches.view_referencebatch", "batches.view_periodlock", "receipts.view_receipt", "payments.view_payment",
    "payments.view_refund", "payments.view_dispute", "payments.view_processorevent", "accounts.view_guarantor",
    "accounts.view_patient", "notifications.view_receiptemail",
]
DESK = [
    *SEES, "batches.open_batch", "batches.reconcile_batch", "batches.close_batch", "receipts.take_payment",
    "receipts.void_receipt", "receipts.post_escrow", "accounts.change_guarantor",
    "notifications.send_receipt_email_again",
]
MANAGER = [
    *DESK, "batches.reopen_batch", "batches.archive_batch", "batches.lock_period", "receipts.refund_receipt",
    "receipts.move_receipt", "receipts.disburse_escrow", "payments.decide_review", "practice.view_group",
    "practice.view_practice", "practice.view_facility", "practice.view_provider",
]
ADMIN = [
    *MANAGER, "accounts.view_user", "accounts.add_user", "accounts.change_user", "auth.view_group",
    "mfa.view_authenticator", "mfa.delete_authenticator", "practice.change_practice",
    "practice.add_group", "practice.change_group", "practice.add_facility", "practice.change_facility",
    "practice.add_provider", "practice.change_provider",
]
ROLES = {"Front desk": DESK, "Billing manager": MANAGER, "Administrator": ADMIN}


def make_roles(apps, schema_editor):
    """Three groups with their rights. Django makes permissions only after all migrations: make them now."""
    labels = {right.split(".")[0] for rights in ROLES.values() for right in rights}
    for label in sorted(labels):
        config = real_apps.get_app_config(label)
        create_permissions(config, verbosity=0, using=schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        for right in rights:
            label, codename = right.split(".")
            group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))


class Migration(migrations.Migration):
    """Front desk, Billing manager, Administrator."""

    dependencies = [
        ("accounts", "0005_search"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("batches", "0002_desk"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("notifications", "0002_delivery"),
        ("payments", "0003_refunds_and_disputes"),
        ("practice", "0002_blind_count_and_history"),
        ("receipts", "0003_corrections"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
