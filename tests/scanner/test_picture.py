"""Image files of several kinds, read as BGR."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scanner.decode import decode_still
from scanner.picture import load_picture
from tests.scanner.pictures import frame_with


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_code_on_a_transparent_background_is_read(tmp_path: Path, dtype: Any) -> None:
    grey = cv2.cvtColor(frame_with("clear"), cv2.COLOR_BGR2GRAY)
    most = np.iinfo(dtype).max
    picture = np.zeros((*grey.shape, 4), dtype)
    picture[..., 3] = np.where(grey < 100, most, 0)
    assert cv2.imwrite(str(tmp_path / "clear.png"), picture)
    loaded = load_picture(tmp_path / "clear.png")
    assert (loaded.dtype.name, loaded.shape) == ("uint8", (720, 1280, 3))
    assert loaded[0, 0].tolist() == [255, 255, 255]
    assert [code.text for code in decode_still(loaded)] == ["clear"]


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth", [8, 16])
def test_every_depth_and_number_of_channels_is_bgr(
    tmp_path: Path, channels: int, depth: int
) -> None:
    picture = np.full((5, 7, channels), 200 << (depth - 8), np.uint8 if depth == 8 else np.uint16)
    if channels == 4:
        picture[..., 3] = np.iinfo(picture.dtype).max
    assert cv2.imwrite(str(tmp_path / "plain.png"), picture)
    loaded = load_picture(tmp_path / "plain.png")
    assert (loaded.dtype.name, loaded.shape) == ("uint8", (5, 7, 3))
    assert loaded[2, 3].tolist() == [200] * 3
