"""Start one server so that it can't outlive us: `python launch.py PARENT SIGNAL UID GID PROGRAM ARGS...`.

A process of its own instead of Popen's preexec_fn, which may not be used beside threads. Linux sends SIGNAL
to the server when its parent dies, even by SIGKILL; elsewhere this is left out. Standard library only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Change the user, ask for the death signal, become the program."""
    parent, death, uid, gid = (int(word) for word in sys.argv[1:5])
    program = sys.argv[5:]
    if os.getuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of user, which would clear it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death)
    if os.getppid() != parent:
        sys.exit("the process that wanted this server has ended")
    hear_signals()
    os.execv(program[0], program)  # noqa: S606 - the point of this file


def hear_signals() -> None:
    """Give the program the signals' usual meanings: what a process ignores or blocks is handed down to it.

    A shell's `&` lets us ignore SIGINT, Python itself SIGPIPE. SIGHUP stays ignored for one who asked by nohup.
    """
    for number in signal.valid_signals() - {signal.SIGHUP}:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


main()
