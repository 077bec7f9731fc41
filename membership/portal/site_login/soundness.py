"""Public keys that have no private half, or one that everybody can find.

Whoever can sign for such a key logs in as anybody, and libraries for signatures do not look: an
Ed25519 key is 32 bytes to them, and an RSA modulus a number. Pure.
"""

from functools import cache
from math import gcd, isqrt, log2, prod

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_IDENTITY = (0, 1, 1, 0)
_SMALL_BITS = 16
_SMALL_PRIMES_BELOW = 1 << _SMALL_BITS
_FERMAT_ROUNDS = 100

_Point = tuple[int, int, int, int]


def is_sound_ed25519(key: bytes) -> bool:
    """Return whether 32 bytes are a key that somebody can have made (RFC 8032, 5.1).

    It is a point of the curve in its only encoding, and of the group that keys are in. Points of a
    small order are not: with one of them, many signatures are good for any text.
    """
    point = _point(key)
    return point is not None and not _is_identity(point) and _is_identity(_times(_L, point))


def is_sound_rsa(modulus: int, exponent: int) -> bool:
    """Return whether a modulus and an exponent may be those of a key (RFC 8017, 3.1).

    The modulus is no prime and no power of a number, has no factor below 65536, and no two that lie
    so close together that Fermat's method finds them at once; the exponent is odd and greater
    than 1.
    """
    if exponent < 3 or exponent % 2 == 0 or modulus < 3 or exponent >= modulus:
        return False
    if gcd(modulus, prod(_small_primes())) != 1 or _is_power(modulus):
        return False
    if _has_close_factors(modulus):
        return False
    # A prime is its own only factor, and the private half is then computed by anybody.
    return not _may_be_prime(modulus)


def _may_be_prime(modulus: int) -> bool:
    """Return whether 2 to the power of an odd number less 1 leaves 1, as for every prime.

    In steps, between which other threads run: of 8192 bits they take 1.3 s of processor time, for
    which ``pow`` would hold the interpreter.
    """
    found = 1
    for bit in bin(modulus - 1)[2:]:
        found = (found * found << (bit == "1")) % modulus
    return found == 1


def _point(key: bytes) -> _Point | None:
    """Decode a point; None for bytes that are no canonical encoding of one."""
    if len(key) != 32:
        return None
    number = int.from_bytes(key, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= _P:
        return None
    above, below = (y * y - 1) % _P, (_D * y * y + 1) % _P
    square = above * pow(below, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _times(factor: int, point: _Point) -> _Point:
    """Multiply a point, by doubling and adding. Nothing here is secret."""
    found = _IDENTITY
    while factor:
        if factor & 1:
            found = _sum(found, point)
        point, factor = _sum(point, point), factor >> 1
    return found


def _sum(one: _Point, other: _Point) -> _Point:
    """Add two points in extended coordinates (RFC 8032, 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _is_identity(point: _Point) -> bool:
    """Return whether a point is the neutral one."""
    return point[0] % _P == 0 and (point[1] - point[2]) % _P == 0


@cache
def _small_primes() -> tuple[int, ...]:
    """Return the small primes in their order."""
    sieve = bytearray([1]) * _SMALL_PRIMES_BELOW
    sieve[:2] = b"\0\0"
    for number in range(2, isqrt(_SMALL_PRIMES_BELOW) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(sieve[number * number :: number]))
    return tuple(number for number in range(_SMALL_PRIMES_BELOW) if sieve[number])


def _is_power(modulus: int) -> bool:
    """Return whether a number without small factors is a whole power of another one."""
    most = modulus.bit_length() // _SMALL_BITS
    degrees = (degree for degree in _small_primes() if degree <= most)
    return any(_root(modulus, degree) ** degree == modulus for degree in degrees)


def _root(number: int, degree: int) -> int:
    """Return the whole part of a root, by Newton's method from a start that is just above it."""
    bits = log2(number) / degree
    shift = max(0, int(bits) - 52)
    found = (int(2 ** (bits - shift) * (1 + 1e-9)) + 1) << shift
    while True:
        nearer = ((degree - 1) * found + number // found ** (degree - 1)) // degree
        if nearer >= found:
            return found
        found = nearer


def _has_close_factors(modulus: int) -> bool:
    """Return whether Fermat's method finds two factors within a few steps."""
    start = isqrt(modulus)
    start += start * start < modulus
    for middle in range(start, start + _FERMAT_ROUNDS):
        rest = middle * middle - modulus
        if isqrt(rest) ** 2 == rest:
            return True
    return False
