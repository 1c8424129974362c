import os
import shutil
import socket

import pytest

from pops.local.ports import answers, check_free
from pops.local.steps import StepError


def test_a_taken_port_is_told_with_what_took_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(StepError, match=f"port {port} is taken") as raised:
            check_free(port)

    assert f"make demo PORT={port + 1}" in raised.value.advice
    if shutil.which("ss"):
        assert f"process {os.getpid()}" in raised.value.what


def test_a_free_port_passes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    check_free(port)
    assert not answers(f"http://127.0.0.1:{port}/health/")


def test_what_is_no_port_is_refused() -> None:
    with pytest.raises(StepError, match="no port number"):
        check_free(70000)
