"""The audio library, loaded without NumPy.

miniaudio loads NumPy where it is installed, only to return arrays on demand. The kiosk wants none,
and NumPy would cost it 11 MB and a tenth of its start.
"""

import sys

_NUMPY = "numpy"

if _NUMPY in sys.modules:
    import miniaudio
else:
    sys.modules[_NUMPY] = None  # type: ignore[assignment]
    try:
        import miniaudio
    finally:
        del sys.modules[_NUMPY]

__all__ = ["miniaudio"]
