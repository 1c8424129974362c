"""While a run is made: saying that it is, how far it is, and hearing that it is not wanted any more."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0

# Told how many rows there are by now; False when the run is not wanted, or another worker's.
Tell = Callable[[int], bool]


class NoLongerWanted(Exception):
    """The run was cancelled, or another worker took it for dead and has it now."""


class Watch:
    """A thread beside the work, with a database connection of its own.

    The database may take its time before the first row comes, and the file after the last: what tells only between
    rows would be taken for dead, and could not be cancelled. A statement that runs is broken off.
    """

    def __init__(self, tell: Tell) -> None:
        self.rows, self.is_over = 0, False
        self._tell = tell
        self._work: Any = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch a report's run", daemon=True)

    def __enter__(self) -> "Watch":
        connection.ensure_connection()
        self._work = connection.connection
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._end.set()
        self._thread.join()
        if self.is_over:
            connection.close()  # what was told to break off may still arrive there
            raise NoLongerWanted from None

    def count(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows, as long as they are wanted. Raises NoLongerWanted."""
        for row in rows:
            if self.is_over:
                raise NoLongerWanted
            yield row
            self.rows += 1

    def note(self, rows: int) -> None:
        """That so many rows more went by. Raises NoLongerWanted."""
        if self.is_over:
            raise NoLongerWanted
        self.rows += rows

    def _run(self) -> None:
        try:
            while not self._end.wait(EVERY_SECONDS):
                self._look()
                if self.is_over:
                    self._work.cancel()
                    return
        finally:
            connection.close()

    def _look(self) -> None:
        try:
            self.is_over = not self._tell(self.rows)
        except DatabaseError:
            logger.exception("A report's run could not say that it goes on")
            connection.close()
