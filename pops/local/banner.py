"""What the demo says when everything runs: where it is, who to be, which cards to use. What to try is in README."""

from pops.local import links
from pops.local.environment import NO_MAIL_SERVER
from pops.local.product import Product

GUARANTOR = "maria.alvarez@example.com"
DAUGHTER = "c.beaumont@example.com"
KIDS = "aisha.karim@example.com"
SHARED = "dmitri.volkov@example.com"
SPOUSES = "whitcombs@example.com"
FRONT_DESK = "frontdesk@example.com"
MANAGER = "manager@example.com"
ADMINISTRATOR = "admin@example.com"
PEOPLE = (
    ("Guarantor", GUARANTOR),
    ("Daughter with two accounts", DAUGHTER),
    ("Guarantor, other group", KIDS),
    ("Guarantor, split payments", SHARED),
    ("Front desk", FRONT_DESK),
    ("Billing manager", MANAGER),
    ("Administrator", ADMINISTRATOR),
)
STAFF_PASSWORD = "demo-password-1"  # noqa: S105 - of the sample users, who exist in the demo alone

CARDS = (
    ("4242 4242 4242 4242", "paid"),
    ("4000 0000 0000 0002", "declined"),
    ("4000 0000 0000 9995", "declined: insufficient funds"),
    ("4000 0000 0000 0127", "declined: wrong security code"),
    ("4000 0025 0000 3155", "asks for 3-D Secure"),
    ("4000 0000 7777 0008", "takes its time, then paid"),
    ("4000 0000 7777 2228", "every other charge declined: for split payments"),
)
Lines = list[tuple[str, str]]


def text(product: Product) -> str:
    """The box that ends the start of the demo."""
    sections = [
        ("POPS is running", _places(product)),
        ("Sign in with one click (for a day)", _doors(product)),
        ("Sign in by hand", _logins(product)),
        ("Call the API (docs/api.md)", _system(product)),
        ("Test cards (any future date, any CVC)", list(CARDS) if product.sandbox else []),
        ("", [("Logs", str(product.logs)), ("Stop", "Ctrl-C")]),
    ]
    width = max(len(name) for _, lines in sections for name, _ in lines)
    shown = [_section(title, lines, width) for title, lines in sections if lines]
    rule = "=" * 78
    return "\n".join(["", rule, "\n\n".join(shown), rule])


def _section(title: str, lines: Lines, width: int) -> str:
    head = [f" {title}"] if title else []
    return "\n".join(head + [f"   {name.ljust(width)}  {value}" for name, value in lines])


def _places(product: Product) -> Lines:
    places = [("Portal", f"{product.site}/"), ("Back office", f"{product.site}/admin/")]
    if product.env["EMAIL_URL"] == NO_MAIL_SERVER:
        places.append(("Mail that was sent", f"{product.site}/demo/mail/"))
    if "POPS_TEXT_DIR" in product.env:
        places.append(("Texts that were sent", f"{product.site}/demo/texts/"))
    places.append(("Webhooks that were taken", f"{product.site}/demo/webhooks/"))
    if product.sandbox:
        places.append(("Stripe sandbox", f"{product.sandbox}/"))
    return places


def _doors(product: Product) -> Lines:
    key = product.env["SECRET_KEY"]
    people = PEOPLE[-1:] if product.empty else PEOPLE
    return [(who, f"{product.site}/demo/sign-in/{links.make_token(email, key=key)}/") for who, email in people]


def _system(product: Product) -> Lines:
    if product.empty:
        return []
    key = links.make_api_key(key=product.env["SECRET_KEY"])
    return [("Practice's own system", f"{product.site}/api/ says what there is; its key is"), ("  key", key)]


def _logins(product: Product) -> Lines:
    if product.empty:
        return [("Administrator", ADMINISTRATOR), ("  password", STAFF_PASSWORD)]
    where = "the mail page" if product.env["EMAIL_URL"] == NO_MAIL_SERVER else "the mail"
    return [
        ("Guarantor", f"{GUARANTOR}, with the code in {where}"),
        ("Daughter with two accounts", f"{DAUGHTER}, likewise"),
        ("Guarantor, other group", f"{KIDS}, likewise"),
        ("Guarantor, split payments", f"{SHARED}, likewise"),
        ("Spouses with one address", f"{SPOUSES}, likewise; then a birth date or an account number:"),
        ("  James", "03/15/1961 or 48217"),
        ("  Ellen", "11/02/1964 or 48294"),
        (
            "From the practice's website",
            f"{product.site}/sign-in/name/ by a first and a last name, and a birth date or number:",
        ),
        ("  Maria Alvarez", "03/01/1984 or 48210"),
        ("  Rob O'Connell", "07/22/1979"),
        ("Staff", f"{FRONT_DESK}, {MANAGER}, {ADMINISTRATOR}"),
        ("  password", f"{STAFF_PASSWORD}; then they set up an authenticator app"),
    ]
