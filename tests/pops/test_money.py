import pytest

from pops.core.money import InvalidAmount, format_cents, parse_cents


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "$0.00"),
        (1, "$0.01"),
        (99, "$0.99"),
        (5000, "$50.00"),
        (123456, "$1,234.56"),
        (999_999_999, "$9,999,999.99"),
        (-50, "-$0.50"),
        (-100_001, "-$1,000.01"),
    ],
)
def test_cents_are_written_as_dollars(cents, text):
    assert format_cents(cents) == text


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("50", 5000),
        ("50.5", 5050),
        ("50.05", 5005),
        (" $1,234.56 ", 123456),
        ("0", 0),
        ("0.01", 1),
        ("1,000,000", 100_000_000),
        ("0050", 5000),
        (".50", 50),
        ("5.", 500),
    ],
)
def test_what_a_person_types_becomes_cents(text, cents):
    assert parse_cents(text) == cents


@pytest.mark.parametrize(
    "text",
    ["", " ", "fifty", "-5", "+5", "0.001", "1e9", "1,00", "12,34.00", ".", "$.", "5.00.00", "$", "NaN", "٥٠", "5\n6"],
)
def test_what_is_no_amount_is_refused_and_never_rounded(text):
    with pytest.raises(InvalidAmount):
        parse_cents(text)


@pytest.mark.parametrize("text", ["-50.00", "-50", " -$50.00 ", "\N{MINUS SIGN}50.00", "\N{EN DASH}$50"])
def test_a_minus_is_read_where_it_is_asked_for(text):
    assert parse_cents(text, signed=True) == -5000
    with pytest.raises(InvalidAmount):
        parse_cents(text)


@pytest.mark.parametrize("text", ["--5", "-", "5-", "-0.001", "(5)", "$-5"])
def test_what_is_no_amount_is_refused_with_a_minus_too(text):
    with pytest.raises(InvalidAmount):
        parse_cents(text, signed=True)
