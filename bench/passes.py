"""Signed passes per second against raw signing, and the memory that a large bundle takes.

``python -m bench.passes [--rounds N] [--seconds S] [--cards N]``. Each pass has icon, logo and
strip, is of a card of its own, and is signed with RSA-2048. Raw signing (PKCS #1 v1.5, SHA-256)
is of such a manifest with the same key. Both run in turn on one core, in short rounds; the ratio
is the median of those of the rounds. Memory is the most that a process of its own held
(resident) while it wrote a bundle: of 1,000 cards and of many, as a stream that is thrown away.
"""

import argparse
import io
import json
import os
import random
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image, ImageDraw

from bench.figures import Metric, save
from passes.apple.bundle import write_bundle
from passes.apple.development import development_identity
from passes.apple.pkpass import AppleIssue, PassTemplate, build_pkpass
from passes.apple.signing import AppleSigner
from passes.card import CardFace, CardFacts, face_of
from passes.codes.barcode import new_card_code
from passes.design import Design, DesignField, ImageRole, Shows, Slot
from passes.images import BOUNDS, fit_picture
from passes.words import FaceStatus

AT_LEAST = 0.50
FEW = 1_000
_PASS_TYPE, _TEAM = "pass.example.bench", "A1B2C3D4E5"
_SHAPES = 60


def picture(role: ImageRole) -> bytes:
    """A drawing with soft edges over a sweep of colour, as clubs have them, fitted for its role."""
    space, chance = BOUNDS[role], random.Random(role.value)
    size = (space.width, space.height)
    sweep = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (sweep, sweep.rotate(180), Image.new("L", size, 120)))
    pen = ImageDraw.Draw(image, "RGBA")
    for _ in range(_SHAPES):
        x, y = chance.randrange(space.width), chance.randrange(space.height)
        radius = chance.randrange(2, max(3, space.height // 3))
        colour = (*(chance.randrange(256) for _ in range(3)), chance.randrange(60, 256))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), colour)
    out = io.BytesIO()
    image.save(out, "PNG")
    return fit_picture(out.getvalue(), role).data


def bench_design() -> tuple[Design, Mapping[ImageRole, bytes]]:
    """A design with fields of every slot, and its pictures."""
    roles = (ImageRole.ICON, ImageRole.LOGO, ImageRole.STRIP)
    shown = (
        ("status", Slot.HEADER, Shows.STATUS),
        ("plan", Slot.PRIMARY, Shows.PLAN),
        ("member", Slot.SECONDARY, Shows.CUSTOMER_NAME),
        ("valid", Slot.SECONDARY, Shows.VALID_UNTIL),
        ("company", Slot.AUXILIARY, Shows.COMPANY),
        ("number", Slot.BACK, Shows.CUSTOMER_NUMBER),
    )
    design = Design(
        title={"en": "Member card", "de": "Mitgliedskarte"},
        description={"en": "Member card", "de": "Mitgliedskarte"},
        languages=("en", "de"),
        fields=tuple(
            DesignField(key=key, slot=slot, shows=what, label={"en": key.title()})
            for key, slot, what in shown
        ),
    )
    return design, {role: picture(role) for role in roles}


def cards(design: Design, count: int) -> Iterator[CardFace]:
    """Faces of so many cards, one after the other."""
    for number in range(1, count + 1):
        yield face_of(
            design,
            CardFacts(
                card_id=UUID(int=number),
                code=new_card_code().text,
                organization="Bench Club",
                customer_name=f"Amara Okafor {number}",
                customer_number=f"C-{number:06d}",
                status=FaceStatus.ACTIVE,
                plan="Gold",
                company="Northwind",
                valid_until=datetime(2027, 3, 31, 22, tzinfo=UTC),
                last_day=date(2027, 3, 31),
            ),
        )


class Bench:
    """What is measured: one signer, one design, and faces that are made before."""

    def __init__(self, faces: int) -> None:
        """Make key, pictures and so many faces."""
        identity = development_identity(_PASS_TYPE, _TEAM)
        if not isinstance(identity.key, RSAPrivateKey):
            raise TypeError("the key is not RSA")
        self.key = identity.key
        self.signer = AppleSigner(identity, lambda: datetime.now(UTC))
        self.design, self.images = bench_design()
        self.issue = AppleIssue(
            pass_type_id=_PASS_TYPE,
            team_id=_TEAM,
            web_service_url="https://club.example/apple/bench",
            auth_token="0123456789abcdef0123456789abcdef",
            organization_name="Bench Club",
        )
        self.faces = list(cards(self.design, faces))
        self.template = PassTemplate(self.design, self.images, self.issue, self.signer)
        with zipfile.ZipFile(io.BytesIO(self.one_by_one(self.faces[0]))) as archive:
            self.manifest = archive.read("manifest.json")
            self.files = archive.namelist()

    def one_by_one(self, face: CardFace) -> bytes:
        """A pass as a phone's request makes it."""
        return build_pkpass(face, self.images, self.issue, self.signer)

    def of_many(self, face: CardFace) -> bytes:
        """A pass as a bundle makes it."""
        return self.template.build(face, self.issue.auth_token)

    def raw(self, _face: CardFace) -> bytes:
        """Nothing but a signature."""
        return self.key.sign(self.manifest, PKCS1v15(), SHA256())


def per_second(run: Callable[[CardFace], bytes], faces: list[CardFace], seconds: float) -> float:
    """How often something runs in a second of this process's own time."""
    done, began_s = 0, time.process_time()
    while (took_s := time.process_time() - began_s) < seconds:
        for face in faces[:25]:
            run(face)
        done += 25
        faces = faces[25:] + faces[:25]
    return done / took_s


def peak_of_bundle(count: int) -> tuple[float, float]:
    """Write a bundle in a process of its own: most megabytes that it held, and seconds."""
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bench.passes", "--bundle", str(count)],
        check=True, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    return json.loads(done.stdout)["peak_mb"], time.monotonic() - began_s


def write_one_bundle(count: int) -> None:
    """Write a bundle into nothing, and tell the most memory that this process held."""
    bench = Bench(1)
    passes = (bench.of_many(face) for face in cards(bench.design, count))
    with open(os.devnull, "wb") as nothing:
        write_bundle(nothing, passes)
    # In KiB on Linux, in bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps({"peak_mb": peak / 1e6}))


def print_speed(rounds: int, seconds: float) -> dict[str, Metric]:
    """Measure passes and raw signatures in turn, print and return the ratios."""
    bench = Bench(500)
    runs = {"one by one": bench.one_by_one, "of one design, in a row": bench.of_many}
    rates: dict[str, list[float]] = {name: [] for name in ("raw", *runs)}
    ratios: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            raw = per_second(bench.raw, bench.faces, seconds)
            rates["raw"].append(raw)
            rates[name].append(per_second(run, bench.faces, seconds))
            ratios[name].append(rates[name][-1] / raw)
    size = len(bench.one_by_one(bench.faces[0]))
    print(
        f"| signed passes, one core, {len(bench.files)} files, {size / 1000:.0f} kB "
        f"| per second | of raw signing | at least |"
    )
    print("|---|---|---|---|")
    print(f"| raw RSA-2048 signatures, same key | {median(rates['raw']):.0f} | | |")
    for name in runs:
        ratio = median(ratios[name])
        print(f"| {name} | {median(rates[name]):.0f} | {ratio:.0%} | {AT_LEAST:.0%} |")
    return {name: Metric(100 * median(each), "%", "higher") for name, each in ratios.items()}


def print_memory(count: int) -> dict[str, Metric]:
    """Measure a small bundle and a large one, print and return the difference."""
    print("\n| bundle of | most memory | took |")
    print("|---|---|---|")
    peaks = []
    for cards_in_it in (FEW, count):
        peak, seconds = peak_of_bundle(cards_in_it)
        peaks.append(peak)
        print(f"| {cards_in_it:,} cards | {peak:.1f} MB | {seconds:.0f} s |")
    print(f"| more for {count // FEW} times the cards | {peaks[1] - peaks[0]:+.1f} MB | |")
    return {"memory for 100 times the cards": Metric(peaks[1] - peaks[0], "MB")}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--cards", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--bundle", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bundle is not None:
        write_one_bundle(options.bundle)
        return
    metrics = print_speed(options.rounds, options.seconds)
    save(options.json, metrics | print_memory(options.cards))


if __name__ == "__main__":
    main()
