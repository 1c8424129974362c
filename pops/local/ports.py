"""Who listens on a port, and whether a server answers there."""

import re
import shutil
import subprocess
import urllib.error
import urllib.request

from pops.local.datadir import is_free
from pops.local.steps import StepError


def check_free(port: int) -> None:
    """Raise StepError, naming who listens if the machine tells, unless the port is free."""
    if not 0 < port < 65536:
        raise StepError(f"{port} is no port number", advice="choose one from 1024 to 65535: make demo PORT=8001")
    if is_free(port):
        return
    advice = f"stop that one, or use another port: make demo PORT={port + 1}"
    if port < 1024:
        advice = "ports below 1024 belong to root: make demo PORT=8000"
    raise StepError(f"port {port} is taken{_by_whom(port)}", advice=advice)


def _by_whom(port: int) -> str:
    ss = shutil.which("ss")
    if ss is None:
        return ""
    told = subprocess.run([ss, "-Hltnp", f"sport = :{port}"], capture_output=True, text=True, check=False).stdout
    found = re.search(r'\("([^"]+)",pid=(\d+)', told)
    return f" by {found[1]} (process {found[2]})" if found else ""


def answers(url: str, *, wanted: int = 200) -> bool:
    """Whether the server at this address answers with the wanted status."""
    # Not through a proxy: it is always this machine that is asked.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return answer.status == wanted
    except urllib.error.HTTPError as error:
        return error.code == wanted
    except (OSError, ValueError):
        return False
