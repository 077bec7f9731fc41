"""Receipts in every script: names and clubs are drawn and read back, and long ones are whole."""

from datetime import UTC, datetime

import pytest

import resources
from membership.billing.desk.receipt_page import ReceiptText, receipt_pdf
from tests.passes.drawing.test_scripts import NAMES
from tests.passes.pdf_reader import lines_of

FONTS = resources.path("fonts")
NOW = datetime(2027, 3, 10, tzinfo=UTC)
CLUBS = {
    "latin": "Žižkův Łódź Club",
    "vietnamese": "Câu lạc bộ Hà Nội",
    "greek": "Αθλητικός Όμιλος",
    "cyrillic": "Спортивный клуб «Щука»",
    "arabic": "نادي الأمل الرياضي",
    "urdu": "کراچی اسپورٹس کلب",
    "hebrew": "מועדון הכושר תל אביב",
    "simplified chinese": "北京游泳俱乐部",
    "japanese": "東京スイミングクラブ",
    "korean": "서울 수영 클럽",
    "thai": "สโมสรว่ายน้ำ",
    "hindi": "दिल्ली व्यायाम क्लब",
    "bengali": "ঢাকা ক্লাব",
    "tamil": "சென்னை கழகம்",
    "georgian": "თბილისის კლუბი",
    "amharic": "አዲስ አበባ ክለብ",
}


def receipt(name: str, club: str, **more: str) -> ReceiptText:
    """The text of a receipt of somebody."""
    return ReceiptText(
        organization=club,
        about=("Am Ufer 1", "10115 Berlin", "Tax number: DE123456789"),
        title="Receipt R-000001",
        void=more.pop("void", ""),
        lines=(("From", name), ("Amount", "49.00 €"), *more.items()),
    )


@pytest.mark.parametrize("script", CLUBS)
def test_the_names_are_read_back(script: str) -> None:
    name, club = NAMES[script], CLUBS[script]
    assert lines_of(receipt_pdf(receipt(name, club), FONTS, "en", NOW)) == [
        club,
        "Am Ufer 1",
        "10115 Berlin",
        "Tax number: DE123456789",
        "Receipt R-000001",
        f"From{name}",  # beside each other
        "Amount49.00 €",
    ]


def test_a_long_receipt_is_whole_on_several_pages() -> None:
    words = [f"word{number}" for number in range(70)]  # of 500 characters, as a note may have
    note, why = " ".join(words), " ".join(reversed(words))
    text = receipt("Nguyễn " * 30, "Club " * 24, Note=note, Why=why, void="VOID")
    pdf = receipt_pdf(text, FONTS, "en", NOW)
    assert pdf.count(b"/Type /Page\n") == 2
    lines = lines_of(pdf)
    assert " ".join(lines).count("Nguyễn") == 30
    assert " ".join(lines).count("Club") == 24
    assert lines.count("Receipt R-000001") == 2
    read = " ".join(lines).replace("Note", "").replace("Why", "").split()
    assert [each for each in read if each.startswith("word")] == [*words, *reversed(words)]
    assert "VOID" in lines
