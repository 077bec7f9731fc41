"""In which language a visitor is answered."""

import pytest

from membership.web.languages import choose_language


@pytest.mark.parametrize(
    ("requested", "accepted", "preferred", "language"),
    [
        ("de", "en", "en", "de"),
        ("fr", "de;q=0.8, en;q=0.9", None, "en"),
        ("", "de-AT, en;q=0.5", "en", "de"),
        ("", "fr, it", "de-CH", "de"),
        ("", "fr, it", None, "en"),
        ("", "de;q=0, en;q=x, ;;;,", None, "en"),
        ("'\"><", "*", "", "en"),
    ],
)
def test_the_language_of_the_page(
    requested: str, accepted: str, preferred: str | None, language: str
) -> None:
    assert choose_language(requested, accepted, preferred) == language
