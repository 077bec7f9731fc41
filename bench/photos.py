"""Labelled photos read: zxing-cpp, pyzbar and OpenCV alone, and this scanner.

``python -m bench.photos [--samples DIR] [--json FILE]`` prints a Markdown table. A photo counts
as read when its label is among the texts that were read. A read counts as false in a photo
without a code, and in a labelled one if it is not the label.
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
ALL_FORMATS = (
    "QRCode", "Aztec", "PDF417", "DataMatrix",
    "Code128", "Code39", "Codabar", "ITF", "EAN13", "EAN8", "UPCA", "UPCE",
)  # fmt: skip
"""All that a club can choose. Named here, so that older commits are measured with them too."""

OTHER = "other text"
NAMES = {
    WITHOUT_CODE: "without a code (false reads)",
    OTHER: "labelled, and a text that is not the label (false reads)",
}
"""Rows that count false reads."""

OURS, OURS_ALL = "this scanner", "this scanner, all formats"

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
    """This scanner with the default formats."""
    return [(code.text, code.raw) for code in decode_still(image)]


def by_us_all(image: Image) -> list[Read]:
    """This scanner with all formats."""
    return [(code.text, code.raw) for code in decode_still(image, ALL_FORMATS)]


READERS: dict[str, Callable[[Image], list[Read]]] = {
    "zxing-cpp": by_zxing,
    "pyzbar": by_pyzbar,
    "OpenCV QR": by_opencv,
    OURS: by_us,
    OURS_ALL: by_us_all,
}
COLUMNS = ("zxing-cpp", "pyzbar", "OpenCV QR", "zxing-cpp or pyzbar", OURS, OURS_ALL)


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
            reads = reader(image)
            times[name].append((time.perf_counter() - start_s) * 1000)
            hit[name] = says(reads, photo.label)
            if photo.label is not None:
                counts[OTHER][name] += any(not says([read], photo.label) for read in reads)
        if photo.label is not None:
            counts[OTHER]["photos"] += 1
        hit["zxing-cpp or pyzbar"] = hit["zxing-cpp"] or hit["pyzbar"]
        counts[photo.group]["photos"] += 1
        for column in COLUMNS:
            counts[photo.group][column] += hit[column]
        if photo.label is not None and not hit[OURS]:
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
    for group, row in sorted(counts.items(), key=lambda item: (item[0] in NAMES, item[0])):
        name = NAMES.get(group, group)
        cells = [str(row.get(column, "")) for column in ("photos", *COLUMNS)]
        print(f"| {name} | " + " | ".join(cells) + " |")
    medians = {name: float(np.median(values)) for name, values in times.items()}
    print("\nMedian per photo: " + ", ".join(f"{n} {ms:.1f} ms" for n, ms in medians.items()))
    if missed:
        print("Not read by this scanner: " + ", ".join(missed))
    metrics: dict[str, Metric] = {}
    for ours, suffix in ((OURS, ""), (OURS_ALL, ", all formats")):
        metrics |= _metrics_of(ours, suffix, counts, medians)
    save(options.json, metrics, counts=counts, median_ms=medians, missed=missed)


def _metrics_of(
    ours: str, suffix: str, counts: dict[str, dict[str, int]], medians: dict[str, float]
) -> dict[str, Metric]:
    """Return what is kept of one choice of formats."""
    labelled = [row for group, row in counts.items() if group not in NAMES]
    read, photos = (sum(row[column] for row in labelled) for column in (ours, "photos"))
    false = sum(counts[group][ours] for group in NAMES)
    return {
        f"read{suffix}": Metric(read, f"of {photos}", "higher"),
        f"false reads{suffix}": Metric(false, "photos"),
        f"median per photo{suffix}": Metric(medians[ours], "ms"),
    }


if __name__ == "__main__":
    main()
