"""Errors of this library. Each names the place of the error by a path.

::

    PassError                 a ValueError with ``path`` and ``message``
    ├── DesignError           a design that a wallet could not show
    ├── ImageError            a picture that cannot be used
    ├── PassContentError      content that a wallet would refuse or drop
    ├── CertificateError      a certificate, key or chain that cannot sign
    └── CodeError             a code that is not genuine or not current
        ├── ForgedCodeError   the signature or value is wrong
        ├── StaleCodeError    expired, or not yet valid
        └── ReplayedCodeError used before
"""


class PassError(ValueError):
    """Base of all errors. ``path`` is the place, such as ``storeCard.headerFields[0].key``.

    ``message`` describes what is wrong there; ``str()`` gives both.
    """

    def __init__(self, path: str, message: str) -> None:
        """``path`` may be empty if the error is about the whole."""
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


class DesignError(PassError):
    """A design that a wallet could not show, or that is illegible."""


class ImageError(PassError):
    """A picture that is invalid, of an unsupported format, or of a wrong size."""


class PassContentError(PassError):
    """Content that the wallet would refuse or silently drop."""


class CertificateError(PassError):
    """A certificate, key or chain that cannot sign this pass."""


class CodeError(PassError):
    """A code that is not genuine, or not valid at this time."""


class ForgedCodeError(CodeError):
    """A code whose signature or value was not made with the key."""


class StaleCodeError(CodeError):
    """A genuine code that has expired, or is not valid yet."""


class ReplayedCodeError(CodeError):
    """A genuine code that was accepted before, or is older than one that was."""
