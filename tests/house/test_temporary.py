"""Temporary files of the tests are kept in memory only where there is room for them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.temporary import folder_in_memory


@pytest.mark.parametrize(
    ("environment", "name", "least", "kept"),
    [
        pytest.param({}, "", 1, True, id="room"),
        pytest.param({"TMPDIR": ""}, "", 1, True, id="empty-setting"),
        pytest.param({"TMPDIR": "/elsewhere"}, "", 1, False, id="another-folder-is-set"),
        pytest.param({}, "", 1 << 60, False, id="too-little-room"),
        pytest.param({}, "missing", 1, False, id="no-such-folder"),
    ],
)
def test_files_are_kept_where_there_is_room(
    tmp_path: Path, environment: Mapping[str, str], name: str, least: int, kept: bool
) -> None:
    folder = tmp_path / name
    assert folder_in_memory(environment, folder, least) == (folder if kept else None)
