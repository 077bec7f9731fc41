"""The cheap checks of the import against the messages of the API, and files of any bytes."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from membership.data.imports.arrive.decoding import Encoding, FileDecoder
from membership.data.imports.parse import cells
from membership.data.imports.parse.records import FilePosition, RecordReader
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import e164
from membership.web.errors import Invalid
from tests.generated import examples

_texts = st.one_of(
    st.text(max_size=130),
    st.text(alphabet="ab.@-_+ 1é\u00a0\t", max_size=20),
    st.from_regex(r"[a-z.]{1,8}@[a-z.-]{1,8}\.[a-z]{1,3}", fullmatch=True),
    st.from_regex(r"\+?[0-9 ()/-]{3,18}", fullmatch=True),
    st.sampled_from(["a@localhost", "A.B@EXAMPLE.com", "a@münchen.example", "a@b.test", "x" * 121]),
)


def _by_api(field: str, text: str) -> Any:
    """What the API makes of a value; None where it refuses it."""
    try:
        return getattr(NewCustomer.model_validate({"given_name": "A", field: text}), field)
    except ValidationError:
        return None


def _by_import(check: Any, text: str) -> Any:
    """What the import makes of a value; None where it refuses it."""
    try:
        return check(text)
    except ValueError:
        return None


@settings(max_examples=examples(300), deadline=None)
@given(_texts)
def test_names_notes_addresses_and_languages_are_judged_as_by_the_api(text: str) -> None:
    assert _by_import(cells.line, text) == _by_api("family_name", text)
    assert _by_import(cells.paragraph, text) == _by_api("desk_note", text)
    assert _by_import(cells.email, text) == _by_api("email", text)
    assert _by_import(cells.language, text) == _by_api("language", text)


@settings(max_examples=examples(300), deadline=None)
@given(_texts, st.sampled_from([None, "DE", "IT", "AR"]))
def test_phone_numbers_are_judged_as_by_the_api(text: str, country: str | None) -> None:
    line = _by_api("phone", text)
    try:
        expected = None if not line else e164(line, country)
    except Invalid:
        expected = None
    found = _by_import(lambda each: cells.phone(each, country)[0], text)
    assert found == expected


@settings(max_examples=examples(200), deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400), st.text(alphabet='a,;"\r\n\té\0', max_size=200).map(str.encode)
    ),
    st.integers(1, 64),
    st.sampled_from(list(Encoding)),
)
def test_any_bytes_are_read_to_their_end(data: bytes, size: int, wanted: Encoding) -> None:
    decoder = FileDecoder(wanted)
    stored = [decoder.decode(data[at : at + size]) for at in range(0, len(data), size)]
    stored.append(decoder.finish())
    whole = b"".join(stored)
    assert decoder.encoding in {Encoding.UTF_8, Encoding.WINDOWS_1252}

    def read(
        chunks: list[bytes], place: FilePosition
    ) -> list[tuple[int, list[str], str | None, FilePosition]]:
        reader = RecordReader(chunks, place, encoding=decoder.encoding, delimiter=",")
        found = [(each.line, each.fields, each.error, reader.place) for each in reader]
        assert reader.place.position == len(whole)
        return found

    records = read(stored, FilePosition())
    for _, _, _, place in records[:3]:
        rest = read([whole[place.position :]], place)
        assert rest == records[len(records) - len(rest) :]
