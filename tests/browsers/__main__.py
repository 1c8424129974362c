"""`make browsers`: the patient's path and the desk's day in each engine, as wide as a phone and as a desk."""

import subprocess
import sys
import time
from contextlib import ExitStack

import django

from pops.local.datadir import ROOT, data_root, make_folder
from pops.local.product import Product
from pops.local.signals import stop_when_told
from pops.local.steps import StepError, report

django.setup()

from tests.browsers.desk import Desk  # noqa: E402  models need the set-up above
from tests.browsers.engines import ENGINES, FAULTS, Engine  # noqa: E402
from tests.browsers.hand import Hand  # noqa: E402
from tests.browsers.patient import Patient  # noqa: E402
from tests.demo_processes import running_product  # noqa: E402

WIDTHS = (390, 1280)
WHO: dict[str, type[Patient] | type[Desk]] = {"patient": Patient, "desk": Desk}


def main(names: list[str]) -> int:
    """Walk all paths; the number of things that went wrong, as far as an exit code can count."""
    chosen = choose(names)
    ready = [engine for engine in chosen if not engine.lacking()]
    failures = [how_to_get(engine) for engine in chosen if engine.lacking()]
    if ready:
        with running_product() as product:
            for engine in ready:
                failures += try_engine(engine, product)
            failures += [] if are_books_right(product) else ["check_books found something"]
    print("", *failures, f"{len(failures)} went wrong" if failures else "All of it works.", sep="\n", flush=True)
    return min(len(failures), 99)


def choose(names: list[str]) -> list[type[Engine]]:
    """The engines of these names, or all."""
    known = {engine.name.lower(): engine for engine in ENGINES}
    if unknown := set(names) - set(known):
        raise StepError(f"no engine is called {', '.join(unknown)}", advice=f"there are {', '.join(known)}")
    return [known[name] for name in names or known]


def how_to_get(engine: type[Engine]) -> str:
    """The command that installs what an engine lacks."""
    packages = " ".join(engine.lacking())
    return f"{engine.name}: not tried; as root, run: apt-get install -y --no-install-recommends {packages}"


def try_engine(kind: type[Engine], product: Product) -> list[str]:
    """Both paths at both widths; what went wrong."""
    failures = []
    for width in WIDTHS:
        for who, path in WHO.items():
            # A new browser each time: nothing is remembered from one to the next.
            with ExitStack() as hold:
                try:
                    engine = kind(hold, width=width)
                except Exception as error:
                    failures.append(f"{kind.name}, {width} px: does not start: {first_line(error)}")
                    continue
                name = f"{engine.name} {engine.version}, {width} px, {who}"
                failures += walk(name, path(Hand(engine, product.site), product))
    return failures


def walk(name: str, person: Patient | Desk) -> list[str]:
    """Take the steps until one fails; that one."""
    for step, take in person.steps.items():
        began = time.monotonic()
        print(f"{name} {step} ... ", end="", flush=True)
        try:
            take()
            person.hand.looks_right()
        except Exception as error:  # of a driver, of the database: the other engines go on
            print(f"FAILED: {first_line(error)}\n  {keep_picture(name, person.hand)}", flush=True)
            return [f"{name} {step}: {first_line(error)}"]
        print(f"done in {time.monotonic() - began:.1f} s", flush=True)
    return []


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def keep_picture(name: str, hand: Hand) -> str:
    """Keep what stood on the page when a step failed; where."""
    words = name.lower().replace(",", "").replace(" ", "-")
    file = make_folder(data_root() / "browsers") / f"{words}.png"
    try:
        file.write_bytes(hand.engine.picture())
    except FAULTS as error:
        return f"no picture of it: {first_line(error)}"
    return f"as it looked: {file}"


def are_books_right(product: Product) -> bool:
    """Whether check_books finds nothing; it says what it finds."""
    command = [sys.executable, "manage.py", "check_books"]
    return subprocess.run(command, env=product.env, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    stop_when_told()
    try:
        sys.exit(main(sys.argv[1:]))
    except StepError as error:
        report(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
