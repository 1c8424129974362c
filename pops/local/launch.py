"""Start one server so that it can't outlive us: `python launch.py PARENT SIGNAL UID GID PROGRAM ARGS...`.

A process of its own instead of Popen's preexec_fn, which may not be used beside threads. Linux sends SIGNAL
to the server when its parent dies, even by SIGKILL; elsewhere this is left out. Standard library only.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Change the user, ask for the death signal, become the program."""
    parent, signal, uid, gid = (int(word) for word in sys.argv[1:5])
    program = sys.argv[5:]
    if os.getuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of user, which would clear it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:
        sys.exit("the process that wanted this server has ended")
    os.execv(program[0], program)  # noqa: S606 - the point of this file


main()
