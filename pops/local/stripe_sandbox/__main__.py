"""`python -m pops.local.stripe_sandbox --port 4242 --data-dir DIR --webhook-url URL ...`"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading

from pops.local.stripe_sandbox.sandbox import PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET, StripeSandbox


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="stripe_sandbox", description="Stripe's test mode on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=4242)
    parser.add_argument("--data-dir", required=True, help="where payments are kept across restarts")
    parser.add_argument("--webhook-url", default="", help="receives the events; none are sent without it")
    parser.add_argument("--webhook-secret", default=WEBHOOK_SECRET)
    parser.add_argument("--secret-key", default=SECRET_KEY)
    parser.add_argument("--publishable-key", default=PUBLISHABLE_KEY)
    parser.add_argument("--webhook-delay", type=float, default=0.0, help="seconds before an event is sent")
    parser.add_argument("--processing-delay", type=float, default=5.0, help="seconds a processing payment takes")
    return parser.parse_args()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="stripe_sandbox: %(message)s")
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    with StripeSandbox(**vars(arguments())) as sandbox:
        sys.stdout.write(f"Stripe sandbox on {sandbox.url}\n")
        sys.stdout.flush()
        stopped.wait()


if __name__ == "__main__":
    main()
