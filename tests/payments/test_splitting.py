"""An amount over what is owed to each facility or provider: to the cent, oldest first, nothing too small for a card."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.gateway.intents import MAX_CENTS, MIN_CENTS
from payments.splitting import Share, split

OWED = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 30_000)), max_size=12)


@pytest.mark.parametrize(
    ("cents", "owed", "shares"),
    [
        (10_000, [(1, 4000), (2, 6000)], [Share((1,), 4000), Share((2,), 6000)]),
        (5000, [(1, 4000), (2, 6000)], [Share((1,), 4000), Share((2,), 1000)]),
        (10_000, [(2, 3000), (1, 4000), (2, 3000)], [Share((2,), 6000), Share((1,), 4000)]),
        (15_000, [(1, 4000), (2, 6000)], [Share((1,), 4000), Share((2,), 11_000)]),
        (4000, [(1, 4000), (2, 6000)], [Share((1,), 4000)]),
        (4030, [(1, 4000), (2, 6000)], [Share((1, 2), 4030)]),
        (4030, [(2, 30), (1, 4000)], [Share((1, 2), 4030)]),
        (90, [(1, 30), (2, 30), (3, 30)], [Share((1, 2, 3), 90)]),
        (5000, [], []),
    ],
)
def test_the_oldest_is_filled_first_and_what_is_left_stays_with_the_last(cents, owed, shares):
    assert split(cents, owed) == shares


@given(cents=st.integers(MIN_CENTS, MAX_CENTS), owed=OWED)
def test_all_of_it_is_charged_once_and_to_whom_it_is_owed(cents, owed):
    shares = split(cents, owed)

    owners = [owner for share in shares for owner in share.pays_for]
    assert len(owners) == len(set(owners)), "each is paid by one charge"
    assert set(owners) <= {owner for owner, _ in owed}
    assert sum(share.cents for share in shares) == (cents if owed else 0)
    assert all(share.cents >= MIN_CENTS for share in shares), "no card takes less"
    over = max(cents - sum(payable for _, payable in owed), 0)
    for share in shares:
        assert share.cents <= sum(payable for owner, payable in owed if owner in share.pays_for) + over
