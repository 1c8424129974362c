"""Django's PostgreSQL backend with a cheaper look at whether a kept connection still lives, and patient migrations."""

import select

from django.db.backends.postgresql import base

from pops.core.postgresql.schema import DatabaseSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but an idle connection is looked at instead of asked, and migrations keep nobody waiting."""

    SchemaEditorClass = DatabaseSchemaEditor

    def is_usable(self) -> bool:
        """Whether the server still holds this idle connection, seen without asking it.

        A connection that the server gave up can be read from: the end of it is there. Django's `SELECT 1` costs
        a round trip with each request, a fifth of what our webhook does in the database.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()  # not select.select(): that fails above 1,024 open files
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
