"""Examples of Reference Batches in the API's description."""

BATCH = {
    "id": 17,
    "description": "Mail of Monday",
    "supplement": 1,
    "batch_date": "2026-11-30",
    "is_online": False,
    "status": "open",
    "user": "Billing (API)",
    "facility": "Lakeside Main Clinic",
    "facility_number": "F-1",
    "note": "",
    "currency": "usd",
    "reference_total_cents": 184_250,
    "total_cents": 184_250,
    "receipt_count": 31,
    "over_short_cents": None,
    "amounts_hidden": False,
    "opened_at": "2026-11-30T14:02:00Z",
    "closed_at": None,
    "closed_by": "",
    "archived_at": None,
}
CLOSED = {
    **BATCH,
    "status": "closed",
    "over_short_cents": 0,
    "closed_at": "2026-11-30T22:40:00Z",
    "closed_by": "Billing (API)",
}
TENDERS = {"cash_cents": 42_150, "check_cents": 142_100, "card_cents": 0, "other_cents": 0}
COUNTED = {
    "id": 9,
    "batch": 17,
    "currency": "usd",
    "counted": TENDERS,
    "reason": "",
    "counted_at": "2026-11-30T22:39:00Z",
    "counted_by": "Billing (API)",
}
COUNTED_NOW = {**COUNTED, "expected": TENDERS, "over_short": dict.fromkeys(TENDERS, 0)}
BREAKDOWN = {
    "batch": 17,
    "currency": "usd",
    "amounts_hidden": False,
    "received": [
        {"method": "cash", "card_brand": "", "count": 9, "amount_cents": 42_150},
        {"method": "check", "card_brand": "", "count": 22, "amount_cents": 142_100},
    ],
    "refunded": [],
    "returned": [],
    "voided": [],
    "declined": [],
    "received_cents": 184_250,
    "refunded_cents": 0,
    "total_cents": 184_250,
    "posted_cents": 180_000,
    "disbursed_cents": 0,
    "escrow_cents": 4_250,
    "voided_cents": 0,
    "own_check_cents": 0,
    "returned_cents": 0,
    "expected": TENDERS,
    "drawer": {"float_cents": 0, "paid_in_cents": 0, "paid_out_cents": 0, "dropped_cents": 0, "cents": 0},
    "seen": {"cash": 42_150, "check": 142_100, "card": 0, "other": 0, "own_check": 0, "returned": 0, "drawer": 0},
    "counts": [COUNTED],
    "closes": [],
}
