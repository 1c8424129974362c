"""`manage.py import_accounts FILE`: guarantors, patients, statements, encounters, service lines or appointments."""

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pops.core.imports.kinds import KINDS
from pops.core.imports.models import AccountImport
from pops.core.imports.readers.text import MAX_BYTES
from pops.core.imports.runs import Wish, run_import

# Between two signs of life.
ON_A_TERMINAL, IN_A_LOG = 0.2, 15
BAR = 30


class Bar:
    """How far it is, with the rate and the time left: rewritten on a terminal, a line from time to time elsewhere."""

    def __init__(self, out: TextIO, lines: int) -> None:
        self.out, self.lines, self.step = out, lines, ""
        self.is_terminal = out.isatty()
        self.began = self.told = time.monotonic()

    def tell(self, step: str, line: int) -> None:
        """Say it, unless something was said just now."""
        now = time.monotonic()
        if step != self.step:
            self.step, self.began, self.told = step, now, now if not self.is_terminal else 0
        if now - self.told < (ON_A_TERMINAL if self.is_terminal else IN_A_LOG):
            return
        self.told = now
        rate = line / max(now - self.began, 0.001)
        left = max(self.lines - line, 0) / rate if rate else 0
        part = min(line / max(self.lines, 1), 1)
        words = f"{step} {'#' * int(part * BAR):{BAR}} {part:4.0%} {rate:>9,.0f} lines/s {left:4.0f} s left"
        print(f"\r\x1b[K{words}" if self.is_terminal else words, end="" if self.is_terminal else "\n", file=self.out)
        self.out.flush()

    def clear(self) -> None:
        if self.is_terminal:
            print("\r\x1b[K", end="", file=self.out, flush=True)


class Command(BaseCommand):
    """Takes a file in, all or nothing, and says what is wrong line by line. Exit status 1 when it was not loaded."""

    help = "Imports accounts from CSV, NDJSON, FHIR R4 or HL7 v2. See docs/import.md and docs/integration.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a file, or - for standard input")
        parser.add_argument(
            "--kind", choices=list(KINDS), default="", help="what it holds, where its columns don't say"
        )
        parser.add_argument("--check", action="store_true", help="only check; load nothing")
        parser.add_argument("--skip-bad", action="store_true", help="load the good lines, whatever the others are")
        parser.add_argument("--rejects", metavar="FILE", help="where bad lines go, to be mended and imported")

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = spool(Path(folder)) if options["file"] == "-" else Path(options["file"])
            if not path.is_file():
                raise CommandError(f"There is no file {path}.")
            name = "standard input" if options["file"] == "-" else path.name
            run = AccountImport.objects.create(name=name[:200], state=AccountImport.State.CHECKING)
            bar = Bar(sys.stderr, 0)
            self.work(run, path, bar, options)
            bar.clear()
        self.report(run, options["rejects"])

    def work(self, run: AccountImport, path: Path, bar: Bar, options: dict[str, Any]) -> None:
        """Take the file in; what is at work says so in the run, so that the back office shows it."""

        def tell(step: str, line: int) -> None:
            bar.lines = run.lines
            bar.tell(step, line)

        wish = Wish(kind=options["kind"], skip_bad=options["skip_bad"], only_check=options["check"])
        run_import(run, path=path, wish=wish, now=timezone.now(), tell=tell)
        run.note(ended_at=timezone.now())

    def say_what_it_is(self, run: AccountImport) -> None:
        """What the file was taken for."""
        if run.said:
            self.stdout.write(f"{run.name}: {run.get_kind_display()}, {run.said}.")
        if run.columns:
            self.stdout.write(
                "Columns: " + ", ".join(f"{heading} is {name or 'ignored'}" for heading, name in run.columns)
            )

    def report(self, run: AccountImport, rejects: str | None) -> None:
        """Say what became of it. Raises CommandError when it was not loaded."""
        self.say_what_it_is(run)
        for line, words in run.faults:
            self.stdout.write(f"line {line}: {words}")
        if run.bad > len(run.faults):
            self.stdout.write("... all of them are in the file that --rejects names.")
        for line, words in run.notices:
            self.stdout.write(f"line {line}, worth a look: {words}" if line else words)
        if rejects and run.report:
            with run.report.open("rb") as report, Path(rejects).open("wb") as file:
                shutil.copyfileobj(report, file)
            self.stdout.write(f"The bad lines are in {rejects}: mend them there and import that file.")
        if run.is_refused:
            raise CommandError(run.problem)
        if run.is_checked:
            self.stdout.write(f"{run.rows:,} lines checked, {run.bad:,} bad. Nothing was loaded.")
        else:
            self.stdout.write(
                f"{run.new:,} new, {run.changed:,} changed, {run.unchanged:,} unchanged, {run.bad:,} bad and left out."
            )


def spool(folder: Path) -> Path:
    """Standard input as a file: it is read more than once. Stops where a file would be refused for its size."""
    path = folder / "input"
    with path.open("wb") as file:
        while file.tell() <= MAX_BYTES and (block := sys.stdin.buffer.read(1 << 20)):
            file.write(block)
    return path
