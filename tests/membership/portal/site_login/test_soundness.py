"""Keys without a private half are neither stored nor believed; tokens must say what they are."""

from base64 import urlsafe_b64encode
from io import StringIO
from threading import Event, Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from membership.portal.site_login.soundness import is_sound_ed25519, is_sound_rsa
from membership.store.models import EmbedKey
from tests.membership.portal.site_login.sites import (
    Site,
    add_keys,
    good_claims,
    known,
    new_site,
    reason,
    rsa_key,
    show,
    unsigned,
)
from tests.membership.support import Service, arranging

_P = 2**255 - 19
_SIGN = 1 << 255
_ORDER_8 = (
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD83D3D706A17C7,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
)
SMALL_ORDER = {
    "zero": 0,
    "identity": 1,
    "order 2": _P - 1,
    "order 4": _SIGN,
    **{f"order 8, {number}": y for number, y in enumerate(_ORDER_8)},
    **{f"order 8, {number}, negative": y | _SIGN for number, y in enumerate(_ORDER_8)},
    "identity again": _P + 1,
    "zero again": _P,
    "order 2 with a sign": (_P - 1) | _SIGN,
    "identity with a sign": 1 | _SIGN,
    "all ones": 2**256 - 1,
    "all ones but the sign": 2**255 - 1,
}
NO_POINT = {"off the curve": 2, "another": 7}


def encoded(number: int) -> bytes:
    """A number as 32 bytes of a key."""
    return number.to_bytes(32, "little")


@pytest.mark.parametrize("number", [*SMALL_ORDER.values(), *NO_POINT.values()])
def test_points_that_are_nobodys_key(number: int) -> None:
    assert not is_sound_ed25519(encoded(number))


def test_a_key_plus_a_point_of_a_small_order_is_nobodys() -> None:
    from membership.portal.site_login import soundness  # noqa: PLC0415 - its arithmetic

    key = soundness._point(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    torsion = soundness._point(encoded(_ORDER_8[0]))
    assert key is not None
    assert torsion is not None
    x, y, z, _ = soundness._sum(key, torsion)
    affine_x, affine_y = x * pow(z, -1, _P) % _P, y * pow(z, -1, _P) % _P
    assert not is_sound_ed25519(encoded(affine_y | (affine_x & 1) << 255))


@given(st.binary(min_size=32, max_size=32))
def test_every_generated_key_is_sound(seed: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    assert is_sound_ed25519(key.public_bytes_raw())


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    assert not is_sound_ed25519(b"\x58" * length)


def numbers() -> tuple[int, int]:
    """Modulus and a prime factor of a real key."""
    private = rsa_key().private_numbers()
    return private.public_numbers.n, private.p


MODULUS, PRIME = numbers()
MERSENNE = 2**2203 - 1  # a prime
UNSOUND = {
    "even": MODULUS - 1,
    "twice a prime": 2 * MERSENNE,
    "by 3": 3 * MERSENNE,
    "by 4093": 4093 * MERSENNE,
    "a prime": MERSENNE,
    "by 4099": 4099 * MERSENNE,
    "by 65521": 65521 * MERSENNE,
    "a square": PRIME**2,
    **{f"power {degree} of a prime": PRIME**degree for degree in (3, 4, 5, 6, 7)},
    "power 17 of a prime": (2**127 - 1) ** 17,
    "power 127 of a prime": (2**17 - 1) ** 127,
    "the longest power of a prime": 65537**511,
    "power 3 of a modulus": MODULUS**3,
    "a power of two": 2**2048,
    "close factors": (2**1279 - 1) * (2**1279 + 401),
}


@pytest.mark.parametrize("modulus", UNSOUND.values(), ids=UNSOUND)
def test_moduli_that_anybody_factors(modulus: int) -> None:
    assert not is_sound_rsa(modulus, 65537)


@pytest.mark.parametrize("degree", [2, 3, 5, 7, 17, 127])
def test_only_whole_powers_are_refused_as_powers(degree: int) -> None:
    from membership.portal.site_login import soundness  # noqa: PLC0415 - its arithmetic

    root = 2**127 - 1
    assert soundness._root(root**degree, degree) == root
    assert soundness._root(root**degree - 1, degree) == root - 1
    assert soundness._root(root**degree + 1, degree) == root
    assert not soundness._is_power(MODULUS)


@given(st.integers(1, 2**700), st.sampled_from([1, PRIME, 2**521 - 1, 2**607 - 1]))
def test_primes_are_told_as_by_fermat(number: int, factor: int) -> None:
    from membership.portal.site_login import soundness  # noqa: PLC0415 - its arithmetic

    modulus = (2 * number + 1) * factor
    assert soundness._may_be_prime(modulus) == (pow(2, modulus - 1, modulus) == 1)
    assert soundness._may_be_prime(factor) == (factor > 1)


def test_other_threads_run_while_a_long_key_is_judged() -> None:
    """A key of 8192 bits: what else the process has to do goes on between the steps."""
    from membership.portal.site_login import soundness  # noqa: PLC0415 - its arithmetic

    counted, judged = 0, Event()

    def judge() -> None:
        soundness._may_be_prime(MODULUS**4)
        judged.set()

    thread = Thread(target=judge)
    thread.start()
    while not judged.wait(0.001):
        counted += 1
    thread.join()
    assert counted > 20


@pytest.mark.parametrize(
    "exponent",
    [
        *(-3, 0, 1, 2, 4, 65536),
        pytest.param(MODULUS, id="the modulus"),
        pytest.param(MODULUS + 2, id="more than the modulus"),
    ],
)
def test_exponents_that_prove_nothing(exponent: int) -> None:
    assert is_sound_rsa(MODULUS, 65537)
    assert not is_sound_rsa(MODULUS, exponent)


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def rsa_jwk(modulus: int, exponent: int = 65537) -> dict[str, str]:
    """An RSA key as JWK, whatever it is."""
    parts = {"n": modulus, "e": exponent}
    jwk = {
        name: b64(part.to_bytes((part.bit_length() + 7) // 8 or 1, "big"))
        for name, part in parts.items()
    }
    return {"kty": "RSA", "kid": "k", **jwk}


@pytest.mark.parametrize(
    "jwk",
    [
        *(
            pytest.param(
                {"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": b64(encoded(number))}, id=name
            )
            for name, number in (SMALL_ORDER | NO_POINT).items()
        ),
        *(pytest.param(rsa_jwk(modulus), id=name) for name, modulus in UNSOUND.items()),
        *(pytest.param(rsa_jwk(MODULUS, e), id=f"exponent {e}") for e in (1, 2, 3, 65536)),
        pytest.param(rsa_jwk(MODULUS >> 1024), id="1024 bits"),
        pytest.param(rsa_jwk(0), id="modulus 0"),
    ],
)
def test_none_is_stored(service: Service, jwk: dict[str, str]) -> None:
    answer = add_keys(service, jwk)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("key_invalid", "key_size_refused")
    assert service.get("/v1/signup/keys") == {"items": []}


def test_one_that_was_stored_before_is_not_believed(service: Service, log: StringIO) -> None:
    known(service, new_site("k"))
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(encoded(1))}
    with arranging(service.database) as session:
        mine = EmbedKey.organization_id == service.tenant.id
        session.execute(update(EmbedKey).where(mine).values(jwk=jwk))
    # With the neutral point as the key, this signature is good for any text.
    forged = unsigned({"alg": "EdDSA", "kid": "k"}, good_claims(service))[:-1]
    token = f"{forged}.{b64(encoded(1) + bytes(32))}"
    assert reason(service, log, token) == "key_unsound"


def typed(site: Site, claims: dict[str, Any], header: dict[str, Any]) -> str:
    """A token that is rightly signed, with any header."""
    text = unsigned({"alg": "EdDSA", "kid": site.kid, **header}, claims)[:-1]
    assert isinstance(site.private, Ed25519PrivateKey)
    return f"{text}.{b64(site.private.sign(text.encode()))}"


@pytest.mark.parametrize(
    "header",
    [
        *({"typ": kind} for kind in ("at+jwt", "JWS", "JOSE", "jwt", "", "JWT ", None, 7, ["JWT"])),
        {"crit": ["b64"], "b64": False},
        {"crit": ["exp"], "exp": 0},
    ],
)
def test_other_kinds_of_tokens_are_refused(
    service: Service, log: StringIO, header: dict[str, Any]
) -> None:
    site = known(service, new_site())
    token = typed(site, good_claims(service), header)
    why = "extension_unknown" if "crit" in header else "type_wrong"
    assert reason(service, log, token) in (why, "not_a_jwt")


@pytest.mark.parametrize("header", [{}, {"typ": "JWT"}])
def test_a_token_need_not_name_its_kind(service: Service, header: dict[str, Any]) -> None:
    site = known(service, new_site())
    assert show(service, typed(site, good_claims(service), header)).status_code == 200


def test_an_address_nobody_vouches_for_is_none(service: Service, log: StringIO) -> None:
    site = known(service, new_site())
    assert reason(service, log, site.token(service, email_verified=None)) == "email_not_verified"
    without = {
        name: part for name, part in good_claims(service).items() if name != "email_verified"
    }
    token = typed(site, {**without, "email_verified": None}, {})
    assert reason(service, log, token) == "email_not_verified"
    service.customer()
    numbered = jwt.encode(
        {**without, "email": None, "number": 1},
        site.private,
        algorithm="EdDSA",
        headers={"kid": site.kid},
    )
    assert show(service, numbered).status_code == 201
