"""A page for people: recent payments, refunds made "at Stripe", events and their redelivery."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from pops.local.stripe_sandbox import payment_methods, refunds
from pops.local.stripe_sandbox.core import Core
from pops.local.stripe_sandbox.errors import StripeError
from pops.local.stripe_sandbox.types import Call, Obj

SHOWN = 30
SYMBOLS = {"usd": "$", "cad": "CA$", "aud": "A$", "eur": "€", "gbp": "£"}
FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/assets/dashboard.css"></head>
<body><header><p class="brand">Stripe sandbox</p>
<p>No real card is charged here. Nothing leaves this computer.</p></header>
<main>{body}</main></body></html>"""
PAYMENT = """<tr><td class="amount">{amount}<small>{refunded}</small></td>
<td><span class="status {status}">{words}</span></td>
<td>{card}</td><td><time>{time}</time></td><td>{description}<small class="id">{id}</small></td>
<td>{action}</td></tr>"""
EVENT = """<tr><td><code>{type}</code></td><td class="id">{object}</td><td><time>{time}</time></td><td>{delivery}</td>
<td><form method="post" action="/dashboard/redeliver"><input type="hidden" name="event" value="{id}">
<button aria-label="Redeliver {type}">Redeliver</button></form></td></tr>"""
REFUND = """<form method="post" action="/dashboard/refund"><input type="hidden" name="charge" value="{charge}">
<label>Cents <input name="amount" inputmode="numeric" size="7" value="{left}"></label>
<button>Refund in dashboard</button></form>"""

CARD = """<tr><td>{brand} {last4}</td><td>{expiry}</td><td class="id">{customer}</td><td><form method="post"
action="/dashboard/card"><input type="hidden" name="card" value="{id}">
<button name="what" value="renew" aria-label="Renew {brand} {last4}">Renew</button>
<button name="what" value="expire" aria-label="Expire {brand} {last4}">Expire</button>
<button name="what" value="detach" aria-label="Detach {brand} {last4}">Detach</button></form></td></tr>"""
# What the card networks' updater gives a card that is renewed.
RENEWED_YEARS = 4


def money(cents: int, currency: str) -> str:
    return f"{SYMBOLS.get(currency, currency.upper() + ' ')}{cents // 100:,}.{cents % 100:02d}"


def _time(stamp: int) -> str:
    return datetime.fromtimestamp(stamp, UTC).strftime("%b %-d, %H:%M:%S UTC")


def overview(core: Core) -> str:
    payments = core.store.newest_first("payment_intent")[:SHOWN]
    events = core.store.newest_first("event")[:SHOWN]
    rows = "".join(_payment(core, one) for one in payments) or '<tr><td colspan="6">No payments yet.</td></tr>'
    happened = "".join(_event(one) for one in events) or '<tr><td colspan="5">No events yet.</td></tr>'
    body = f"""<h1>Payments</h1><div class="scroll" tabindex="0" role="region" aria-label="Payments"><table><thead><tr>
<th>Amount</th><th>Status</th><th>Card</th><th>Created</th><th>Description</th><th>Refund</th></tr></thead>
<tbody>{rows}</tbody></table></div>{_saved_cards(core)}<h2>Events</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Events"><table><thead><tr><th>Type</th><th>Object</th>
<th>Created</th><th>Webhook</th><th>Again</th></tr></thead>
<tbody>{happened}</tbody></table></div>"""
    return FRAME.format(title="Stripe sandbox", body=body)


def _saved_cards(core: Core) -> str:
    saved = [method for method in core.store.newest_first("payment_method") if method["customer"]][:SHOWN]
    if not saved:
        return ""
    rows = "".join(
        CARD.format(
            id=method["id"],
            brand=method["card"]["brand"].title(),
            last4=method["card"]["last4"],
            expiry=f"{method['card']['exp_month']:02d}/{method['card']['exp_year']}",
            customer=method["customer"],
        )
        for method in saved
    )
    return f"""<h2>Saved cards</h2><div class="scroll" tabindex="0" role="region" aria-label="Saved cards"><table>
<thead><tr><th>Card</th><th>Expires</th><th>Customer</th><th>As the card networks, or a person here</th></tr></thead>
<tbody>{rows}</tbody></table></div>"""


def change_card(core: Core, form: dict[str, str]) -> None:
    """Renew a saved card as its bank does, let it expire, or detach it as a person in Stripe's dashboard may."""
    method = core.store.find("payment_method", form.get("card"))
    if method is None or not method["customer"]:
        return
    if form.get("what") == "detach":
        payment_methods.detach(core, Call({}, (method["id"],)))
    elif form.get("what") == "expire":
        last_year = datetime.fromtimestamp(core.now(), UTC).year - 1
        payment_methods.renew(core, method, (method["card"]["exp_month"], last_year))
    else:
        card = method["card"]
        payment_methods.renew(core, method, (card["exp_month"], card["exp_year"] + RENEWED_YEARS))


def _payment(core: Core, intent: Obj) -> str:
    charge = core.store.find("charge", intent["latest_charge"])
    returned = charge["amount_refunded"] if charge else 0
    return PAYMENT.format(
        amount=money(intent["amount"], intent["currency"]),
        refunded=f"{money(returned, intent['currency'])} refunded" if returned else "",
        status=escape(intent["status"]),
        words=intent["status"].replace("_", " "),
        card=_card(charge),
        time=_time(intent["created"]),
        description=escape(intent["description"] or ""),
        id=intent["id"],
        action=_refund_form(charge),
    )


def _card(charge: Obj | None) -> str:
    if charge is None:
        return "-"
    card = charge["payment_method_details"]["card"]
    failure = f"<small>{escape(charge['failure_message'] or '')}</small>"
    wallet = f"<small>{card['wallet']['type'].replace('_', ' ').title()}</small>" if card["wallet"] else ""
    return f"{card['brand'].title()} {card['last4']}{wallet}{failure}"


def _refund_form(charge: Obj | None) -> str:
    if not charge or charge["status"] != "succeeded" or charge["refunded"]:
        return ""
    return REFUND.format(charge=charge["id"], left=charge["amount"] - charge["amount_refunded"])


def _event(event: Obj) -> str:
    tries = event["_attempts"]
    last = f"{len(tries)} sent, last answer {tries[-1]['status'] or 'none'}" if tries else "not sent"
    return EVENT.format(
        type=escape(event["type"]),
        object=event["data"]["object"]["id"],
        time=_time(event["created"]),
        delivery=last if not event["pending_webhooks"] else f"waiting: {last}",
        id=event["id"],
    )


def refund(core: Core, form: dict[str, str]) -> str | None:
    """Refund as a person in Stripe's dashboard would; returns a page when it is refused."""
    params = {name: form[name] for name in ("charge", "amount") if form.get(name)}
    try:
        refunds.create(core, Call({**params, "reason": "requested_by_customer"}))
    except StripeError as error:
        body = f'<h1>Not refunded</h1><p>{escape(str(error))}</p><p><a href="/">Back to payments</a></p>'
        return FRAME.format(title="Not refunded", body=body)
    return None


def receipt(core: Core, charge_id: str) -> str | None:
    """Stripe's hosted receipt of a charge, much shortened."""
    charge = core.store.find("charge", charge_id)
    if charge is None or charge["status"] != "succeeded":
        return None
    amount = money(charge["amount"], charge["currency"])
    body = f"""<h1>Receipt</h1><dl><dt>Amount paid</dt><dd>{amount}</dd>
<dt>Date</dt><dd>{_time(charge["created"])}</dd>
<dt>Payment method</dt><dd>{_card(charge)}</dd>
<dt>Description</dt><dd>{escape(charge["description"] or "-")}</dd></dl>"""
    return FRAME.format(title=f"Receipt for {amount}", body=body)
