"""What is written under the bars of a chart."""

from payments.reports.charts import Chart, draw_bars


def drawn(labels, **facts):
    return draw_bars(Chart("Sessions", labels, {"Sessions": [1] * len(labels)}, is_money=False, **facts))


def written(label):
    return f'class="major">{label}</text>'


def test_each_outcome_is_named_under_its_bar():
    outcomes = ["No payment", "Paid", "Unsuccessful", "Begun, not finished", "Not known yet"]
    picture = drawn(outcomes, is_dated=False)
    assert all(written(name) in picture for name in ("No payment", "Paid", "Unsuccess…", "Begun, no…", "Not known…"))


def test_of_many_days_some_are_named_the_last_among_them():
    picture = drawn([f"November {n}, 2026" for n in range(1, 31)])
    assert written("Nov 30") in picture
    assert written("Nov 29") not in picture
