"""Examples of receipts in the API's description."""

RECEIPT = {
    "number": 100234,
    "kind": "payment",
    "status": "paid",
    "channel": "mail",
    "account_number": "48210",
    "guarantor_name": "María Álvarez",
    "issued_account_number": "48210",
    "currency": "usd",
    "amount_cents": 7500,
    "applied_cents": 6000,
    "refunded_cents": 0,
    "disbursed_cents": 0,
    "escrow_cents": 1500,
    "amounts_hidden": False,
    "received_on": "2026-11-30",
    "received_at": "2026-11-30T17:05:00Z",
    "issued_at": "2026-11-30T17:05:00Z",
    "issued_by": "Billing (API)",
    "batch": 17,
    "refund_of": None,
    "reason": "",
    "voided_at": None,
    "void_reason": "",
    "transactions": [
        {
            "number": "100234-1",
            "method": "check",
            "amount_cents": 7500,
            "requested_cents": 7500,
            "card_brand": "",
            "card_last4": "",
            "check_number": "1042",
            "approval_code": "",
            "reason": "",
        }
    ],
    "postings": [{"service_id": "67563-4", "amount_cents": 6000, "batch": 17}],
}
AMOUNTS = {
    "billed_cents": 12000,
    "adjusted_cents": 2000,
    "insurance_pending_cents": 0,
    "insurance_paid_cents": 4000,
    "patient_paid_cents": 6000,
    "remaining_cents": 0,
    "applied_cents": 6000,
}
LINE = {
    "service_id": "67563-4",
    "service_date": "2026-11-02",
    "description": "Office visit",
    "procedure_code": "99213",
    **AMOUNTS,
}
ITEMIZED = {
    "number": 100234,
    "title": "Receipt 100234",
    "status": "paid",
    "proves_payment": True,
    "guarantor_name": "María Álvarez",
    "account_number": "48210",
    "currency": "usd",
    "amount_cents": 7500,
    "escrow_cents": 1500,
    "other_services_cents": 0,
    "copay_for": "",
    "places": [
        {
            "facility": "Lakeside Main Clinic",
            "address": "12 Shore Road, Lakeside",
            "visits": [{"patient": "Leo Álvarez", "provider": "Priya Raman, MD", "lines": [LINE]}],
        }
    ],
    "total": AMOUNTS,
    "family": [
        {
            "number": 100234,
            "received_on": "2026-11-30",
            "verdict": "Paid",
            "amount_cents": 7500,
            "is_void": False,
        }
    ],
    "later": [],
}
