"""What a practice's own system says of its facilities and providers. In files they are named, not brought."""

from functools import partial

from pops.core.imports.cells import code, line, words, yes_or_no
from pops.core.imports.columns import Column, Kind, Rule

NOBODYS = "NULL::bigint"
NAME = Column("name", partial(words, longest=200), required=True)
RETIRED = Column("is_retired", yes_or_no, sql_type="boolean", blank="f", default="false",
                 help="Offered for nothing new. What names it keeps it.")  # fmt: skip


def _number(one: str) -> Column:
    return Column(f"{one}_number", partial(code, longest=40), sets="number", required=True)


def _same_name(table: str) -> Rule:
    """Two of one name are told apart by their numbers alone."""
    other = f"SELECT FROM {table} o WHERE lower(o.name) = lower(s.name) AND o.id IS DISTINCT FROM t.id"
    return Rule("name", f"EXISTS ({other})", "'is also the name of another: name both by their numbers from now on'")


FACILITIES = Kind(
    name="facilities",
    one="facility",
    table="practice_facility",
    key=("facility_number",),
    unique_where="number <> ''",
    owner=NOBODYS,
    owned=NOBODYS,
    columns=(
        _number("facility"),
        NAME,
        Column("address", partial(words, longest=300)),
        Column("phone", partial(line, longest=40)),
        Column("nickname", partial(words, longest=40), help="What the staff call it: reports find it by it."),
        Column("tax_id", partial(line, longest=20), help="Of who bills for it, for example 12-3456789."),
        RETIRED,
    ),
    notices=(_same_name("practice_facility"),),
)
PROVIDERS = Kind(
    name="providers",
    one="provider",
    table="practice_provider",
    key=("provider_number",),
    unique_where="number <> ''",
    owner=NOBODYS,
    owned=NOBODYS,
    columns=(_number("provider"), NAME, RETIRED),
    notices=(_same_name("practice_provider"),),
)
PLACES = {kind.name: kind for kind in (FACILITIES, PROVIDERS)}
