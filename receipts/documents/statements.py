"""The PDF of a statement: rendered once, of what was frozen, stored with its SHA-256 and never rendered again."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from pops.core.practice.look import get_look
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.quickpay.addresses import get_address
from pops.quickpay.codes import draw_code
from pops.quickpay.services import Origin, draw_statement_tokens, keep_statement_links
from receipts.detailed import detail_of
from receipts.documents.files import keep
from receipts.documents.pdf import render_pdf
from receipts.models import StatementDetail, StatementDocument


def render_html(detail: StatementDetail, practice: Practice, tokens: Mapping[str, str]) -> str:
    """The statement as a page for paper, with the ways to pay it that the tokens open."""
    look = get_look(practice, detail.statement.guarantor.group)
    context = {
        "detailed": detail_of(detail),
        "practice": practice,
        "look": look,
        "contact": look.contact,
        "quickpay": _ways_to_pay(tokens),
    }
    return render_to_string("receipts/pdf/statement.html", context)


def _ways_to_pay(tokens: Mapping[str, str]) -> dict[str, str]:
    if not tokens:
        return {}
    return {
        "code": draw_code(get_address(tokens[Origin.QR])),
        "address": get_address(tokens[Origin.STATEMENT]),
        "site": urlsplit(settings.SITE_URL).netloc,
    }


def store_statement_document(*, detail_id: int, now: dt.datetime) -> bool:
    """Render and store the PDF of a statement, unless it is stored or being rendered.

    The row of its details is held meanwhile, so that there is one row and one file however many workers try.
    """
    with transaction.atomic():
        detail = (
            StatementDetail.objects.filter(pk=detail_id, document=None)
            .select_related("statement__guarantor__group", "follows")
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .first()
        )
        # Asked again: it may have been stored between the question and the lock.
        if detail is None or StatementDocument.objects.filter(detail=detail).exists():
            return False
        practice = get_practice()
        tokens = draw_statement_tokens(detail.statement) if detail.current_cents > 0 else {}
        html = render_html(detail, practice, tokens)
        pdf = render_pdf(html, style="statement-pdf", paper_size=practice.paper_size)
        keep_statement_links(statement=detail.statement, tokens=tokens, now=now)
        StatementDocument.objects.create(
            detail=detail, file=_store(detail, pdf), sha256=hashlib.sha256(pdf).hexdigest()
        )
    return True


def _store(detail: StatementDetail, pdf: bytes) -> str:
    date = detail.statement.statement_date
    return keep(f"statements/{date:%Y/%m}/statement-{date}-{detail.statement_id}.pdf", pdf)
