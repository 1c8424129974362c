"""Home and Account of a guarantor with many visits, beside bare Django views of as many rows on the same server."""

from django.core.management import call_command
from django.db import connection

from benchmarks.data import fill
from benchmarks.history import best_of, count_queries, session_cookie
from benchmarks.webhook import server
from pops.core.access.models import User
from pops.logins.linking import create_guarantor_login
from receipts.visits import PAGE

VISITS, LINES = 200, 5
OTHERS = 2_000

# The first guarantor has VISITS visits, the others one each. Every second line stands on one of twelve statements, and
# every third visit is paid.
FILL = """
INSERT INTO accounts_guarantor (account_number, group_id, name, email, phone)
SELECT 100000 + n, %(group)s, 'Guarantor ' || n, 'g' || n || '@example.com', '' FROM generate_series(0, %(others)s) n;
INSERT INTO accounts_patient (guarantor_id, name) SELECT id, 'Pat ' || id FROM accounts_guarantor;
INSERT INTO accounts_statement (guarantor_id, statement_date, balance_cents)
SELECT (SELECT min(id) FROM accounts_guarantor), '2026-01-01'::date + n * 20, 10000 FROM generate_series(1, 12) n;
INSERT INTO accounts_encounter (number, patient_id, provider_id, facility_id, in_collections)
SELECT 67000 + row_number() OVER (), p.id, %(provider)s, %(facility)s, false
FROM accounts_patient p, generate_series(1, %(visits)s) n
WHERE n = 1 OR p.guarantor_id = (SELECT min(id) FROM accounts_guarantor);
INSERT INTO accounts_serviceline (encounter_id, line_number, service_date, description, procedure_code, billed_cents,
                                  adjusted_cents, insurance_pending_cents, insurance_paid_cents, statement_id)
SELECT e.id, n, '2025-12-01'::date + (e.id %% 300)::int, 'Office visit, established patient', '99213',
       12500, 2500, 0, 4000,
       CASE WHEN n %% 2 = 0 AND p.guarantor_id = (SELECT min(id) FROM accounts_guarantor)
            THEN (SELECT min(id) FROM accounts_statement) + e.id %% 12 END
FROM accounts_encounter e JOIN accounts_patient p ON p.id = e.patient_id, generate_series(1, %(lines)s) n;
INSERT INTO batches_referencebatch (description, user_id, batch_date, is_api, supplement, status, note, opened_at)
VALUES ('API Payments', %(user)s, '2026-03-02', true, 1, 'open', '', now());
INSERT INTO receipts_receipt (guarantor_id, batch_id, status, channel, amount_cents, received_on, received_at,
                              issued_at, guarantor_name, account_number)
SELECT p.guarantor_id, (SELECT id FROM batches_referencebatch), 'paid', 'online', 30000, '2026-03-02',
       '2026-03-02 17:00+00', '2026-03-02 17:00+00', '', ''
FROM accounts_encounter e JOIN accounts_patient p ON p.id = e.patient_id WHERE e.number %% 3 = 0;
INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, facility_name, provider_name, patient_name,
                              service_id, service_date, description, billed_cents, adjusted_cents,
                              insurance_pending_cents, insurance_paid_cents, patient_paid_cents, remaining_cents)
SELECT r.number, l.id, r.batch_id, 6000, '', '', '', '', l.service_date, l.description, 12500, 2500, 0, 4000, 6000, 0
FROM (SELECT *, row_number() OVER (ORDER BY number) AS nth FROM receipts_receipt) r
JOIN (SELECT *, row_number() OVER (ORDER BY id) AS nth FROM accounts_encounter WHERE number %% 3 = 0) e USING (nth)
JOIN accounts_serviceline l ON l.encounter_id = e.id;
"""
TABLES = ("receipts_receipt", "receipts_posting")


def prepare() -> User:
    """The login of a guarantor with many visits."""
    guarantor = fill(FILL, tables=TABLES, others=OTHERS, visits=VISITS, lines=LINES)
    return create_guarantor_login(guarantor=guarantor)


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: 6 queries with the session's, 0.8 of the bare views of as many rows."""
    call_command("collectstatic", interactive=False, verbosity=0)
    user = prepare()
    cookie = {"Cookie": session_cookie(user)}
    queries = {name: count_queries(user, path) for name, path in (("Home", "/"), ("Account", "/account/"))}
    connection.close()
    paths = ["/", "/account/", f"/lines/{VISITS * LINES}/", f"/lines/{PAGE * LINES}/"]
    with server() as port:
        home, account, bare_all, bare_page = best_of(port, paths, cookie)
    return [
        *(
            {"what": f"queries of {name}, with the session's", "ratio": n, "target": "<= 6"}
            for name, n in queries.items()
        ),
        _row("Home", home, f"a bare view that renders {VISITS * LINES} lines", bare_all),
        _row("Account", account, f"a bare view that renders {VISITS * LINES} lines", bare_all),
        _row("Home", home, f"a bare view that renders {PAGE * LINES} lines", bare_page),
        _row("Account", account, f"a bare view that renders the {PAGE * LINES} lines of its page", bare_page),
    ]


def _row(name: str, ours: float, beside: str, bare: float) -> dict[str, object]:
    return {
        "what": f"{name} with {VISITS} visits of {LINES} lines, requests/s",
        "measured": round(ours),
        "beside": beside,
        "its": round(bare),
        "ratio": round(ours / bare, 2),
        "target": ">= 0.8",
    }
