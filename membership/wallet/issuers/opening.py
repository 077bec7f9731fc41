"""Decrypts an uploaded key file in a child process first, so that no file can stall the service.

A file itself says how often its password is hashed. One that says two billion times would block a
thread for minutes, and all others with it: the library holds the interpreter lock. The number
cannot be read in advance, because encrypted containers can be nested.

Imports little: the child process imports this module anew.
"""

import contextlib
import multiprocessing
import os
from math import ceil

from passes.apple.key_file import read_key_file
from passes.errors import CertificateError

CPU_SECONDS = 2.0
"""Most processor time for a file; those of Apple and OpenSSL take milliseconds."""

_WAIT_SECONDS = 10.0


def check_decryption_time(
    data: bytes, password: bytes | None, *, cpu_seconds: float = CPU_SECONDS
) -> None:
    """Raise CertificateError for a file that takes too long to decrypt.

    Other errors of the file are not reported here.
    """
    if b"-----BEGIN " in data and b"ENCRYPTED" not in data:
        return
    # Threads and locks of the service would not survive a fork.
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
    """Decrypt a file in a process that the system ends after ``cpu_seconds``."""
    if os.name == "posix":
        import resource  # noqa: PLC0415 - only there

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = ceil(used.ru_utime + used.ru_stime + cpu_seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(CertificateError):
        read_key_file(data, password)
