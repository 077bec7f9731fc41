"""Contrast of designs, and the limits of the wallets."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passes.contrast import (
    GOOD_CONTRAST,
    MIN_CONTRAST,
    check_contrast,
    contrast_ratio,
    mix,
    nearest_readable,
)
from passes.design import CardKind, Design, DesignField, ImageRole, Shows, Slot, Symbology
from passes.errors import DesignError
from passes.limits import check_design

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def design(**fields: Any) -> Design:
    """Return a valid design with other values of ``fields``."""
    return Design(**{"title": {"en": "Card"}, "description": {"en": "Card"}, **fields})


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
        ("#123456", "#123456", 1.0),
    ],
)
def test_the_contrast_ratio_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast_ratio(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast_ratio(other, one) == contrast_ratio(one, other)


@given(colours, colours)
def test_the_suggestion_is_readable_on_any_background(colour: str, background: str) -> None:
    found = nearest_readable(colour, background)
    assert contrast_ratio(found, background) >= GOOD_CONTRAST
    if contrast_ratio(colour, background) >= GOOD_CONTRAST:
        assert found == colour


@given(colours, colours, colours)
def test_low_contrast_is_refused_or_hinted_at(back: str, front: str, label: str) -> None:
    drawn = design(background=back, foreground=front, label=label)
    ratios = {"foreground": contrast_ratio(front, back), "label": contrast_ratio(label, back)}
    if min(ratios.values()) < MIN_CONTRAST:
        with pytest.raises(DesignError) as refused:
            check_contrast(drawn)
        assert ratios[refused.value.path] < MIN_CONTRAST
        return
    hinted = {each.path for each in check_contrast(drawn)}
    assert hinted == {path for path, ratio in ratios.items() if ratio < GOOD_CONTRAST}


def test_the_error_has_the_ratio_and_a_better_colour() -> None:
    with pytest.raises(DesignError, match=r"label: the contrast .* is 1\.6 to 1; .*#[0-9a-f]{6}"):
        check_contrast(design(background="#ffffff", foreground="#000000", label="#cccccc"))


def test_colours_are_mixed() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
    assert mix("#000000", "#ffffff", 0.5) == "#808080"


def fields(**counts: int) -> tuple[DesignField, ...]:
    """Return so many fields in each slot."""
    return tuple(
        DesignField(key=f"{slot}{number}", slot=Slot(slot), shows=Shows.PLAN, label={"en": "Plan"})
        for slot, count in counts.items()
        for number in range(count)
    )


def test_too_many_fields_below_the_primary_one_are_refused_with_their_path() -> None:
    check_design(design(fields=fields(secondary=2, auxiliary=2)))
    with pytest.raises(DesignError) as refused:
        check_design(design(fields=fields(header=1, secondary=3, auxiliary=2)))
    assert refused.value.path == "fields[5]"


def test_a_generic_pass_without_a_square_code_has_room_for_more() -> None:
    wide = fields(secondary=4, auxiliary=4)
    check_design(design(kind=CardKind.GENERIC, symbology=Symbology.PDF417, fields=wide))
    with pytest.raises(DesignError):
        check_design(design(kind=CardKind.GENERIC, symbology=Symbology.AZTEC, fields=wide))


@pytest.mark.parametrize(
    ("kind", "role"),
    [(CardKind.GENERIC, ImageRole.STRIP), (CardKind.STORE_CARD, ImageRole.THUMBNAIL)],
)
def test_pictures_of_the_other_kind_are_refused(kind: CardKind, role: ImageRole) -> None:
    with pytest.raises(DesignError) as refused:
        check_design(design(kind=kind, images={role: "0" * 64}))
    assert refused.value.path == f"images.{role.value}"


def test_differences_in_google_wallet_are_hinted_at() -> None:
    hints = check_design(
        design(
            title={"en": "The large card of all members", "de": "Karte"},
            images={ImageRole.LOGO: "0" * 64},
            fields=fields(header=3, primary=1, secondary=4),
        )
    )
    assert [each.path for each in hints] == ["title.en", "images.icon", "fields[3]", "fields[7]"]
    assert hints[0].suggestion == "The large card of al"
