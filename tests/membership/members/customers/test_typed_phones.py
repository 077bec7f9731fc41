"""Phone numbers as people type them: the number that was meant, or refused."""

from tests.membership.support import Service

NUMBER = "+491712345678"
TYPED: list[tuple[str, str | None]] = [
    ("0171 2345678", NUMBER),
    ("0171/2345678", NUMBER),
    ("0171-234 56 78", NUMBER),
    ("0171.234.5678", NUMBER),
    ("(0171) 2345678", NUMBER),
    ("01712345678", NUMBER),
    ("+49 171 2345678", NUMBER),
    ("+49 (0)171 2345678", NUMBER),
    ("+49 (171) 2345678", NUMBER),
    ("0049 171 2345678", NUMBER),
    ("+491712345678", NUMBER),
    ("  0171 2345678  ", NUMBER),
    ("0171\u20132345678", NUMBER),
    ("030 901820", "+4930901820"),
    ("(030) 90 18 20", "+4930901820"),
    ("+1 202-555-0147", "+12025550147"),
    ("+1 (202) 555-0147", "+12025550147"),
    ("+44 20 7946 0958", "+442079460958"),
    ("+43 1 58858-0", "+431588580"),
    ("+41 44 668 18 00", "+41446681800"),
    ("+33 1 70 18 99 00", "+33170189900"),
    ("+47 22 86 44 00", "+4722864400"),
    ("+852 2123 4567", "+85221234567"),
    ("\uff0b49 171 2345678", NUMBER),
    ("", None),
    ("1", None),
    ("call me", None),
    ("0171 CALLME1", None),
    ("1-800-FLOWERS", None),
    ("0171 2345678 (work)", None),
    ("0171 2345678 privat", None),
    ("0171 2345678 x12", None),
    ("0171 2345678 ext. 12", None),
    ("+491712345678;ext=12", None),
    ("tel:+491712345678", None),
    ("0171 2345678, 030 901820", None),
    ("0171 2345678 or 030 901820", None),
    ("+49 +171 2345678", None),
    ("+", None),
    ("---", None),
    ("0171234567890123456789", None),
    ("=0171 2345678", None),
    ("1.72E+11", None),
    ("a@b.example", None),
]


def test_a_typed_number_is_the_one_that_was_meant_or_refused(service: Service) -> None:
    for typed, stored in TYPED:
        body = {"given_name": "A", "phone": typed}
        if stored is None and typed:
            answer = service.post("/v1/customers", body, status=422)
            assert answer["code"] == "phone_invalid", typed
            assert answer["errors"][0]["field"] == "body.phone"
        else:
            assert service.post("/v1/customers", body)["phone"] == stored, typed
