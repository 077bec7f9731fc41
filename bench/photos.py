"""Labelled photos read: zxing-cpp, pyzbar and OpenCV alone, and this scanner.

``python -m bench.photos [--samples DIR] [--json FILE]`` prints a Markdown table. A photo counts
as read when its label is among the texts that were read; in folders of photos without a code,
every photo with a read counts as false.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from bench.figures import Metric, save
from scanner.decode import decode_still
from scanner.picture import IMAGE_SUFFIXES, Image, load_picture

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "scan-samples"
WITHOUT_CODE = "falsepositives"

Read = tuple[str, bytes]
"""Text and bytes of one code."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, the group it is counted in, and what its code says: text, bytes, or nothing."""

    path: Path
    group: str
    label: str | bytes | None


def photos_in(folder: Path) -> Iterator[Photo]:
    """Yield the labelled photos of all folders in ``folder``, and those without a code."""
    for path in sorted(folder.glob("*/*")):
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            continue
        group = path.parent.name.rsplit("-", 1)[0]
        text, raw = path.with_suffix(".txt"), path.with_suffix(".bin")
        label: str | bytes | None = None
        if text.exists():
            label = text.read_bytes().decode()
        elif raw.exists():
            label = raw.read_bytes()
        if label is not None or group == WITHOUT_CODE:
            yield Photo(path, group, label)


def by_zxing(image: Image) -> list[Read]:
    """zxing-cpp as it comes: all formats, all tries."""
    found = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
    return [(code.text, bytes(code.bytes)) for code in found]


def by_pyzbar(image: Image) -> list[Read]:
    """pyzbar as it comes: all formats."""
    return [(code.data.decode("utf-8", "replace"), code.data) for code in pyzbar.decode(image)]


def by_opencv(image: Image) -> list[Read]:
    """OpenCV's QR code detector."""
    try:
        good, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(image)
    except (UnicodeDecodeError, cv2.error):
        return []  # It cannot return codes that are not text, nor look at tiny pictures.
    return [(text, text.encode()) for text in texts if text] if good else []


def by_us(image: Image) -> list[Read]:
    """This scanner."""
    return [(code.text, code.raw) for code in decode_still(image)]


READERS: dict[str, Callable[[Image], list[Read]]] = {
    "zxing-cpp": by_zxing,
    "pyzbar": by_pyzbar,
    "OpenCV QR": by_opencv,
    "this scanner": by_us,
}
COLUMNS = ("zxing-cpp", "pyzbar", "OpenCV QR", "zxing-cpp or pyzbar", "this scanner")


def says(reads: list[Read], label: str | bytes | None) -> bool:
    """Return whether one of ``reads`` is the label; for a photo without a code, any read."""
    if label is None:
        return bool(reads)
    return any(label == (raw if isinstance(label, bytes) else text) for text, raw in reads)


def measure(folder: Path) -> tuple[dict[str, dict[str, int]], dict[str, list[float]], list[str]]:
    """Return counts by group and column, milliseconds by reader, and what only others read."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    times: dict[str, list[float]] = defaultdict(list)
    missed: list[str] = []
    for photo in photos_in(folder):
        image = load_picture(photo.path)
        hit: dict[str, bool] = {}
        for name, reader in READERS.items():
            start_s = time.perf_counter()
            hit[name] = says(reader(image), photo.label)
            times[name].append((time.perf_counter() - start_s) * 1000)
        hit["zxing-cpp or pyzbar"] = hit["zxing-cpp"] or hit["pyzbar"]
        counts[photo.group]["photos"] += 1
        for column in COLUMNS:
            counts[photo.group][column] += hit[column]
        if photo.label is not None and not hit["this scanner"]:
            seen = " (read by others)" if hit["zxing-cpp or pyzbar"] else ""
            missed.append(f"{photo.path.parent.name}/{photo.path.name}{seen}")
    return counts, times, missed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, default=SAMPLES)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    counts, times, missed = measure(options.samples)
    print("| photos | count | " + " | ".join(COLUMNS) + " |")
    print("|---|" + "---|" * (len(COLUMNS) + 1))
    for group, row in sorted(counts.items(), key=lambda item: item[0] == WITHOUT_CODE):
        name = "without a code (false reads)" if group == WITHOUT_CODE else group
        cells = [str(row[column]) for column in ("photos", *COLUMNS)]
        print(f"| {name} | " + " | ".join(cells) + " |")
    medians = {name: float(np.median(values)) for name, values in times.items()}
    print("\nMedian per photo: " + ", ".join(f"{n} {ms:.1f} ms" for n, ms in medians.items()))
    if missed:
        print("Not read by this scanner: " + ", ".join(missed))
    labelled = [row for group, row in counts.items() if group != WITHOUT_CODE]
    metrics = {
        "read": Metric(
            sum(row["this scanner"] for row in labelled),
            f"of {sum(row['photos'] for row in labelled)}",
            "higher",
        ),
        "false reads": Metric(counts[WITHOUT_CODE]["this scanner"], "photos"),
        "median per photo": Metric(medians["this scanner"], "ms"),
    }
    save(options.json, metrics, counts=counts, median_ms=medians, missed=missed)


if __name__ == "__main__":
    main()
