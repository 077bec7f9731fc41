"""Lets a process of its own open an encrypted file first, so that no file holds up the service.

A file says itself how often its password is to be hashed. One that says two thousand million
times would keep a thread busy for minutes, and every other with it: the library holds Python's
lock meanwhile. How often cannot be seen from outside, for there is more of it inside.

Light to import: that process imports it afresh.
"""

import contextlib
import multiprocessing
import os
from math import ceil

from passes.apple.key_file import read_key_file
from passes.errors import CertificateError

CPU_SECONDS = 2.0
"""Time of a processor that a file may take; those of Apple and openssl take milliseconds."""

_WAIT_SECONDS = 10.0


def check_opens_soon(
    data: bytes, password: bytes | None, *, cpu_seconds: float = CPU_SECONDS
) -> None:
    """Refuse a file that takes too long to open; any other is judged by whoever reads it next.

    Raises CertificateError.
    """
    if b"-----BEGIN " in data and b"ENCRYPTED" not in data:
        return
    # Threads and locks of a service do not survive a fork.
    spawn = multiprocessing.get_context("spawn")
    child = spawn.Process(target=_open, args=(data, password, cpu_seconds), daemon=True)
    child.start()
    child.join(_WAIT_SECONDS)
    in_time = child.exitcode == 0
    if child.is_alive():
        child.kill()
        child.join()
    child.close()
    if not in_time:
        detail = "takes too long to open; export it anew, or send it unencrypted"
        raise CertificateError("certificate", detail)


def _open(data: bytes, password: bytes | None, cpu_seconds: float) -> None:
    """Open a file in a process that ends when its time is used up, whoever started it."""
    if os.name == "posix":
        import resource  # noqa: PLC0415 - only there

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = ceil(used.ru_utime + used.ru_stime + cpu_seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(CertificateError):
        read_key_file(data, password)
