"""Notes by staff about an account."""

from pops.core.access.models import User
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor, GuarantorNote
from pops.core.refusals import Refused, refuse

LONGEST = 1000


def write_note(*, guarantor_id: int, text: str, by: User) -> GuarantorNote:
    """Keep a note for staff on an account. Raises Refused, and Guarantor.DoesNotExist."""
    text = text.strip()
    if not text:
        raise Refused("note_empty", "Write something. The note is kept.")
    guarantor = Guarantor.objects.get(pk=guarantor_id)
    refuse(why_not_use(guarantor))
    return GuarantorNote.objects.create(guarantor=guarantor, text=text[:LONGEST], written_by=by)
