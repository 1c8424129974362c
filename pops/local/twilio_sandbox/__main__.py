"""`python -m pops.local.twilio_sandbox --port 4243 --data-dir DIR --incoming-url URL ...`"""

import argparse
import signal
import sys
import threading
from pathlib import Path

from pops.local.twilio_sandbox.sandbox import TwilioSandbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="twilio_sandbox", description="Twilio's texts on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=4243)
    parser.add_argument("--data-dir", type=Path, required=True, help="where texts are kept across restarts")
    parser.add_argument("--incoming-url", required=True, help="receives the answers of readers")
    parser.add_argument("--account-sid", required=True)
    parser.add_argument("--auth-token", required=True)
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    with TwilioSandbox(**vars(parser.parse_args())) as sandbox:
        sys.stdout.write(f"Twilio sandbox on {sandbox.url}\n")
        sys.stdout.flush()
        stopped.wait()


if __name__ == "__main__":
    main()
