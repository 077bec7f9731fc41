"""How the C library keeps freed memory, on a PC that runs kiosk, scanner and service at once.

By default glibc keeps an arena for each thread and returns little of what was freed, which costs
a desk a part of its memory. Other C libraries are left as they are.
"""

import ctypes
import os
import sys

# Parameters of mallopt(3), from glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_SMALL_BYTES = 64 * 1024


def keep_little() -> bool:
    """Use one arena here and in processes started from now on, and return freed blocks early.

    Whatever the user has set of it (``MALLOC_ARENA_MAX`` …) is kept. Returns whether this process
    was changed: False too where its C library is not glibc. Call it before threads are started.
    """
    if not sys.platform.startswith("linux"):
        return False
    set_by_the_user = any(name.startswith("MALLOC_") for name in os.environ)
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None or set_by_the_user:
        return False
    values = {_ARENA_MAX: 1, _TRIM_THRESHOLD: _SMALL_BYTES, _MMAP_THRESHOLD: _SMALL_BYTES}
    # mallopt returns 1 for success; a C library that only has its name returns 0.
    return all(mallopt(name, value) == 1 for name, value in values.items())
