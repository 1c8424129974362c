"""A restored backup has forgotten what the world remembers: no number, file or mail may come a second time."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from batches.closing import close_batch
from batches.models import BatchClose, BatchDocument, ReferenceBatch
from notifications.delivery import deliver_due
from notifications.models import Message
from payments.models import Payment, Refund
from payments.restoring import HELD_BACK, look_around, take_up
from pops.core.sequences import find_sequences
from receipts.documents.closes import make_documents
from receipts.documents.files import keep
from receipts.documents.receipts import store_document
from receipts.models import ReceiptDocument
from tests.factories.accounts import GuarantorFactory
from tests.factories.practice import GroupFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def files(media):
    return {str(path.relative_to(media)): path.read_bytes() for path in media.rglob("*") if path.is_file()}


class Backup:
    """The rows and the sequences as they are now; the files are another backup's, and stay."""

    TABLES = (
        "receipts_receiptdocument", "batches_batchdocument", "batches_batchclose", "payments_payment",
        "payments_refund", "receipts_posting", "receipts_transaction", "notifications_message", "receipts_receipt",
        "batches_referencebatch", "receipts_unapplied",
    )  # fmt: skip

    def __init__(self):
        names = {f"{table}_{key}_seq" for table in self.TABLES for key in ("id", "number")}
        self.sequences = [one for one in find_sequences() if one.name.split(".")[1] in names]
        with connection.cursor() as cursor:
            for table in self.TABLES:
                cursor.execute(f"CREATE TEMPORARY TABLE backup_{table} AS TABLE {table}")

    def restore(self):
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in self.TABLES:
                cursor.execute(f"DELETE FROM {table}")
                cursor.execute(f"INSERT INTO {table} SELECT * FROM backup_{table}")
                cursor.execute(f"DROP TABLE backup_{table}")
            cursor.execute("SET session_replication_role = DEFAULT")
            for sequence in self.sequences:
                cursor.execute("SELECT setval(%s, greatest(%s, 1), %s > 0)", [sequence.name, *[sequence.last] * 2])


def after_restore(margin=50):
    call_command("after_restore", "--apply", f"--margin={margin}")


def test_a_lost_receipts_number_and_pdf_are_never_another_receipts(pay, media):
    kept = pay()
    backup = Backup()
    lost = [pay() for _ in range(3)]
    store_document(receipt_number=lost[1].number)
    (before,) = files(media).items()
    backup.restore()

    after_restore()
    new = pay()
    store_document(receipt_number=new.number)

    assert kept.number < lost[2].number < new.number
    assert new.number > lost[1].number + 50, "a margin for what has no file yet"
    assert before in files(media).items(), "the lost receipt's PDF is as it was"
    assert ReceiptDocument.objects.get().file.name == f"receipts/2026/03/receipt-{new.number}.pdf"


def test_without_the_step_the_lost_receipts_pdf_still_stays_as_it_was(pay, media):
    backup = Backup()
    lost = pay(GuarantorFactory(name="Rosa Lost"))
    store_document(receipt_number=lost.number)
    (before,) = files(media).items()
    backup.restore()

    again = pay(GuarantorFactory(name="Ann Other"))
    store_document(receipt_number=again.number)

    assert again.number == lost.number
    assert before in files(media).items()
    assert len(files(media)) == 2
    document = ReceiptDocument.objects.get()
    assert document.file.name != before[0]
    assert files(media)[document.file.name] != before[1]


def test_a_lost_closes_packet_is_never_another_closes(pay, staff_user, media):
    batch = pay().batch
    backup = Backup()
    close_batch(batch_id=batch.pk, now=timezone.now(), by=staff_user)
    lost = BatchClose.objects.get().pk
    make_documents(close_id=lost)
    before = files(media)
    backup.restore()

    after_restore()
    close_batch(batch_id=batch.pk, now=timezone.now(), by=staff_user)
    close = BatchClose.objects.get()
    make_documents(close_id=close.pk)

    assert close.pk > lost
    assert before.items() <= files(media).items()
    assert not {*BatchDocument.objects.values_list("file", flat=True)} & set(before)


def test_every_sequence_moves_on_and_never_back(pay):
    pay()
    before = {sequence.name: sequence.last for sequence in find_sequences()}

    after_restore(margin=70)

    after = {sequence.name: sequence.last for sequence in find_sequences()}
    assert len(after) > 20
    moved = {name.removeprefix("public."): after[name] - last for name, last in before.items()}
    assert moved.pop("changes_restore_id_seq") == 71  # that it was restored is noted, too
    assert set(moved.values()) == {70}


def test_one_that_gave_no_number_yet_moves_on_from_where_it_begins(pay):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE of_walk_ins START 100001")
        cursor.execute("CREATE SEQUENCE of_receipts; ALTER SEQUENCE of_receipts RESTART WITH 100001")

        after_restore(margin=70)

        cursor.execute("SELECT nextval('of_walk_ins'), nextval('of_receipts')")
        assert cursor.fetchone() == (100071, 100071)
        transaction.set_rollback(True)


def test_the_more_was_lost_the_farther_all_moves_on(pay, media):
    backup = Backup()
    batch, message = ReferenceBatch.objects.count(), Message.objects.count()
    for _ in range(2):
        store_document(receipt_number=pay().number)
    backup.restore()

    take_up(look_around(), margin=10, now=timezone.now())

    new = pay()
    assert (ReferenceBatch.objects.count(), Message.objects.count()) == (batch + 1, message + 1)
    assert new.batch_id > 200


def test_mails_of_before_are_held_back_and_those_of_after_go_out(pay, mailoutbox):
    guarantor = GuarantorFactory(group=GroupFactory(email_receipts=True))
    old = pay(guarantor)

    after_restore()
    deliver_due(lane=Message.Lane.MAIL, seconds=5)
    assert mailoutbox == []
    new = pay(guarantor)
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert [str(new.number) in mail.body for mail in mailoutbox] == [True]
    held = Message.objects.get(about_id=old.number)
    assert (held.state, held.error) == ("failed", HELD_BACK)
    assert held.can_be_sent_again


@pytest.mark.books_are_wrong("a backup that lost what a receipt came from")
def test_it_names_lost_receipts_unknown_files_refunds_and_reviews(pay, media, capsys):
    receipt = pay()
    backup = Backup()
    lost = pay()
    for one in (receipt, lost):
        store_document(receipt_number=one.number)
    backup.restore()
    refund = Refund.objects.create(receipt=receipt, charge_id="ch_1", amount_cents=1234, reason="Asked for it")
    Payment.objects.filter(receipt=receipt).update(state="review", receipt=None, review_reason="amount")

    call_command("after_restore")

    said = capsys.readouterr().out
    assert f"Lost receipts that left a PDF: 1\n  {lost.number}\n" in said
    assert f"Files that no row knows: 2\n  receipts/2026/03/receipt-{receipt.number}.pdf\n" in said
    assert f"{refund.pk}: $12.34 of receipt {receipt.number}, Requested" in said
    assert f"Payments in review to compare with Stripe: 1\n  {Payment.objects.get().pk}" in said


def test_without_apply_it_changes_nothing(pay, capsys):
    pay(GuarantorFactory(group=GroupFactory(email_receipts=True)))
    before = find_sequences()

    call_command("after_restore")

    assert "Nothing was changed" in capsys.readouterr().out
    assert find_sequences() == before
    assert Message.objects.get().state == "queued"


# --- Files ------------------------------------------------------------------------------------------------------


def test_a_file_that_stands_in_the_way_is_never_touched(media):
    name = f"receipts/{uuid.uuid4()}.pdf"
    default_storage.save(name, ContentFile(b"evidence"))

    ours = keep(name, b"ours")

    assert ours != name
    assert files(media) == {name: b"evidence", ours: b"ours"}


def test_the_very_same_file_is_taken_as_it_is(media):
    first = keep("receipts/2026/03/receipt-1.pdf", b"the same")

    assert keep("receipts/2026/03/receipt-1.pdf", b"the same") == first
    assert files(media) == {first: b"the same"}
