"""The local commands: `python -m pops.local with|demo|reset`. `make help` lists the short forms."""

import argparse
import sys

from pops.local import demo, withservers
from pops.local.signals import stop_when_told
from pops.local.steps import StepError, report


def main(arguments: list[str]) -> int:
    """Run one local command; its exit code."""
    options = parser().parse_args(arguments)
    stop_when_told()
    try:
        return int(options.run(options))
    except StepError as error:
        report(error)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m pops.local", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    beside = commands.add_parser("with", help="run a command beside PostgreSQL and Valkey")
    kind = beside.add_mutually_exclusive_group()
    kind.add_argument("--throwaway", action="store_true", help="a new database, fast, lost in a crash")
    kind.add_argument("--durable", action="store_true", help="a new database that waits for the disk")
    beside.add_argument("command", nargs="+", metavar="-- COMMAND")
    beside.set_defaults(
        run=lambda given: withservers.run(given.command, throwaway=given.throwaway, durable=given.durable)
    )

    show = commands.add_parser("demo", help="run the whole product on this machine")
    show.add_argument("--port", type=int, default=8000)
    show.add_argument("--empty", action="store_true", help="no practice: it begins with the set-up guide")
    show.set_defaults(run=lambda given: demo.run(port=given.port, empty=given.empty))

    clear = commands.add_parser("reset", help="delete the demo's data")
    clear.add_argument("--empty", action="store_true", help="of the empty one")
    clear.set_defaults(run=lambda given: demo.reset(empty=given.empty))
    return top


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
