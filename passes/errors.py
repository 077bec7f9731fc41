"""What goes wrong with a card, and where.

::

    PassError                 a ValueError; ``path`` names the place
    ├── DesignError           a design that no wallet could draw
    ├── ImageError            a picture that cannot be used
    ├── PassContentError      a pass.json, bundle or Google object that would be refused
    ├── CertificateError      a certificate, key or chain that cannot sign
    └── CodeError             a code that is not genuine, or not good now
        ├── ForgedCodeError   not made here, or altered
        ├── StaleCodeError    made too long ago, or after now
        └── ReplayedCodeError shown before
"""


class PassError(ValueError):
    """Something about a card is wrong. ``path`` says where: ``storeCard.headerFields[0].key``."""

    def __init__(self, path: str, message: str) -> None:
        """Keep the place beside the sentence that tells what is wrong there."""
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


class DesignError(PassError):
    """A design that no wallet could draw, or that nobody could read."""


class ImageError(PassError):
    """A picture that is none, is too large, or of a kind that is not taken."""


class PassContentError(PassError):
    """Content that the wallet would refuse, or drop without a word."""


class CertificateError(PassError):
    """A certificate, key or chain that cannot sign, or not for this pass."""


class CodeError(PassError):
    """A code that was not made here, was altered, or is not good at this time."""


class ForgedCodeError(CodeError):
    """A code with a signature or value that nobody who has the key made for it."""


class StaleCodeError(CodeError):
    """A genuine code of another time: too old, or from after now."""


class ReplayedCodeError(CodeError):
    """A genuine code that was taken before, or after which a newer one was taken."""
