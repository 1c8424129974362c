"""`manage.py check_books`: what must always hold, a line each. Exit status 1 when something does not."""

import json
import sys
import time
from dataclasses import asdict
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from payments.books.check import FILES, WAITS, Line, check_files, check_rules, check_waits
from payments.books.files import FilesRead, count_files
from payments.books.runs import end_run, start_run

# Between two signs of life.
ON_A_TERMINAL, IN_A_LOG = 0.5, 30


class Progress:
    """What is asked now: rewritten on a terminal, a line from time to time elsewhere."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.is_terminal = out, out.isatty()
        self.told = time.monotonic()

    def tell(self, words: str) -> None:
        """Say it, unless something was said just now."""
        if time.monotonic() - self.told > (ON_A_TERMINAL if self.is_terminal else IN_A_LOG):
            self.start(words)

    def start(self, words: str) -> None:
        """Say it now on a terminal; a log hears of it when it takes long."""
        if self.is_terminal:
            print(f"\r\x1b[K... {words}", end="", file=self.out, flush=True)
        elif time.monotonic() - self.told > IN_A_LOG:
            print(f"... {words}", file=self.out, flush=True)
        else:
            return
        self.told = time.monotonic()

    def clear(self) -> None:
        if self.is_terminal:
            print("\r\x1b[K", end="", file=self.out, flush=True)


class Command(BaseCommand):
    """Says line by line what must hold, and what breaks it."""

    help = "Checks what must always hold of receipts, batches, services, mails, refunds and stored files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the whole report as JSON")
        parser.add_argument(
            "--no-files", action="store_true", help="read no stored file; this run is not shown in the back office"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, self.progress = timezone.now(), Progress(sys.stderr)
        self.as_json, self.lines = options["json"], list[Line]()
        run = None if options["no_files"] else start_run(now=now)
        for line in check_rules(start=self.progress.start):
            self.report(line)
        self.progress.start(WAITS)
        self.report(check_waits(now=now))
        if run:
            end_run(run, files=self.read_files(), lines=self.lines)
        found = sum(line.found for line in self.lines)
        if self.as_json:
            self.stdout.write(
                json.dumps({"right": not found, "lines": [asdict(line) for line in self.lines]}, indent=1)
            )
        if found:
            sys.exit(1)

    def read_files(self) -> FilesRead:
        """Read all files, and say how far that is."""
        self.progress.start(FILES)
        count = count_files()
        line, files = check_files(tell=lambda read: self.progress.tell(f"{read:,} of {count:,} files read"))
        self.report(line)
        return files

    def report(self, line: Line) -> None:
        """A line, and below it what was found."""
        self.progress.clear()
        self.lines.append(line)
        if self.as_json:
            return
        self.stdout.write(f"{'WRONG' if line.found else 'right'}  {line.promise} ({line.seconds:.1f} s)")
        for finding in line.findings:
            self.stdout.write(f"         {finding}")
        if line.found > len(line.findings):
            self.stdout.write(f"         and {line.found - len(line.findings):,} more")
