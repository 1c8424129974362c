"""How rows that come by the million keep their history: a statement at a time."""

import pghistory
import pgtrigger

tracked = pghistory.track(level=pgtrigger.Statement)
