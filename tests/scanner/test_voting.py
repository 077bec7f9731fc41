"""Which of the codes that several strategies read are believed."""

import pytest

from scanner.events import Code
from scanner.voting import Voting, overlap

Box = tuple[float, float, float, float]


def code(text: str, code_format: str = "EAN13", box: Box = (0, 0, 10, 10)) -> Code:
    """Return a code in an upright box: left, top, right, bottom."""
    left, top, right, bottom = box
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Code(text, code_format, corners, text.encode())


@pytest.mark.parametrize(
    ("votes", "elected"),
    [
        ([("sharp", "a")], []),
        ([("sharp", "a"), ("sharp", "a")], []),
        ([("sharp", "a"), ("zbar", "a")], ["a"]),
        ([("sharp", "a"), ("zbar", "b")], []),
        ([("sharp", "a"), ("zbar", "b"), ("large", "b")], ["b"]),
        ([("sharp", "a"), ("zbar", "a"), ("large", "b"), ("level", "b")], ["a"]),
    ],
)
@pytest.mark.parametrize("code_format", ["EAN13", "Code128", "PDF417", "MicroPDF417"])
def test_linear_and_stacked_codes_need_two_witnesses_of_different_kinds(
    votes: list[tuple[str, str]], elected: list[str], code_format: str
) -> None:
    voting = Voting()
    for voter, text in votes:
        voting.vote(voter, code(text, code_format))
    assert [believed.text for believed in voting.elected] == elected


@pytest.mark.parametrize("code_format", ["QRCode", "Aztec", "DataMatrix"])
def test_codes_with_error_correction_need_one_witness(code_format: str) -> None:
    voting = Voting()
    voting.vote("sharp", code("a", code_format))
    assert [believed.text for believed in voting.elected] == ["a"]


def test_the_same_text_in_two_places_is_two_codes() -> None:
    voting = Voting()
    voting.elect(code("a"))
    voting.elect(code("a", box=(20, 0, 30, 10)))
    assert len(voting.elected) == 2


def test_the_first_code_of_a_place_stays() -> None:
    voting = Voting()
    voting.elect(code("a"))
    voting.elect(code("b", box=(1, 1, 9, 9)))
    assert [believed.text for believed in voting.elected] == ["a"]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0, 0, 10, 10), True),
        ((4, 4, 6, 6), True),
        ((-50, -50, 60, 60), True),
        ((8, 0, 30, 10), False),
        ((11, 0, 20, 10), False),
        ((0, 5, 10, 5), True),
    ],
)
def test_overlap(box: Box, expected: bool) -> None:
    assert overlap(code("a"), code("b", box=box)) is expected
    assert overlap(code("b", box=box), code("a")) is expected
