"""What a start of the service costs, and how long a desk waits for one.

``python -m bench.start [--rounds N] [--kills N] [--only NAME ...] [--json FILE]``. Everything is
measured from outside, over the command line and HTTP, so that it runs on older versions as well:

- ``import``: processor time of a process that only imports ``membership.serve``;
- ``serve``: from starting ``serve`` on an existing database to ``ready`` and to the answer of
  the first scan, with the processor time until ``ready``; the first scan beside the second;
- ``run``: from starting the program without a data folder and without a display to the first
  verdict, as ``make run`` does once its environment is made;
- ``kill``: from killing the service beside a running kiosk to the next verdict that it answers,
  while cards are shown one after the other.

Compiled files are made before, in a first round that does not count.
"""

import argparse
import http.client
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from uuid import uuid4

import psutil

from bench.desk import ROOT, demo_service, events, qr_codes, write_film

PARTS = ("import", "serve", "run", "kill")
HEALTHY_S = 11.0
"""So long a service runs before it is killed: the kiosk then forgets the starts before."""

PATIENCE_S = 60.0
_NOT_CHECKED = "could_not_check"
_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}

Figures = Mapping[str, float]


def import_once() -> Figures:
    """Processor seconds of importing the service in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = "import membership.serve"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=_ENVIRONMENT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"import_cpu_s": spent}


def serve_once(data: Path, codes: list[str]) -> Figures:
    """Start a service on an existing database and let it answer two scans."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "serve", "--embedded", "--port", "0",
         "--data-dir", str(data)],
        env=_ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    ready = time.perf_counter()
    if said["event"] != "ready":
        raise RuntimeError(said["message"])
    spent = psutil.Process(process.pid).cpu_times()
    try:
        first = scan(said["url"], said["key"], codes[0])
        answered = time.perf_counter()
        second = scan(said["url"], said["key"], codes[1])
    finally:
        process.stdin.close()
        process.wait(20)
    return {
        "serve_ready_s": ready - began,
        "serve_ready_cpu_s": spent.user + spent.system,
        "serve_first_scan_s": answered - began,
        "first_scan_ms": first * 1000,
        "second_scan_ms": second * 1000,
        "first_scan_extra_ms": (first - second) * 1000,
    }


def scan(url: str, key: str, code: str) -> float:
    """Scan a card over a connection of its own. Returns the seconds to the whole answer."""
    body = json.dumps({"visit_id": str(uuid4()), "text": code, "method": "camera", "desk": "Bench"})
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    began = time.perf_counter()
    try:
        connection.request("POST", "/v1/scans", body, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.OK or json.loads(text)["outcome"] == "unknown_code":
        raise RuntimeError(f"the scan was answered {answer.status}: {text[:200]!r}")
    return time.perf_counter() - began


def run_once() -> Figures:
    """Start the program as a newcomer does, on a machine without a display."""
    with tempfile.TemporaryDirectory() as name, kiosk([], Path(name)) as (_, trace, began_ns):
        shown_ns = next(verdicts(trace, after_ns=began_ns))
    return {"run_first_verdict_s": (shown_ns - began_ns) / 1e9}


def killed(data: Path, film: Path, kills: int) -> list[Figures]:
    """Kill the service beside a kiosk again and again, once it has run for a while."""
    found: list[Figures] = []
    arguments = ["kiosk", "--camera", str(film), "--data-dir", str(data)]
    with tempfile.TemporaryDirectory() as name:
        # Offscreen, but not the run of a machine without a display, which ends with the film.
        more = {"QT_QPA_PLATFORM": "offscreen", "WALLETDESK_KIOSK_MUTE": "1"}
        with kiosk(arguments, Path(name), more) as (pid, trace, began_ns):
            next(verdicts(trace, after_ns=began_ns))
            for _ in range(kills):
                time.sleep(HEALTHY_S)
                service = next(
                    each for each in psutil.Process(pid).children() if "serve" in each.cmdline()
                )
                service.send_signal(signal.SIGKILL)
                killed_ns = time.monotonic_ns()
                shown_ns = next(verdicts(trace, after_ns=killed_ns))
                found.append({"kill_next_verdict_s": (shown_ns - killed_ns) / 1e9})
    return found


@contextmanager
def kiosk(
    arguments: list[str], folder: Path, more: Mapping[str, str] | None = None
) -> Iterator[tuple[int, Path, int]]:
    """A kiosk in its own folder. Gives its process id, its trace, and when it was started."""
    trace = folder / "trace.jsonl"
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    environment = {name: value for name, value in _ENVIRONMENT.items() if name not in hidden}
    environment |= {"XDG_DATA_HOME": str(folder), "WALLETDESK_KIOSK_TRACE": str(trace)}
    began_ns = time.monotonic_ns()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        cwd=folder, env={**environment, **(more or {})},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process.pid, trace, began_ns
    finally:
        process.terminate()
        process.wait(30)


def verdicts(trace: Path, *, after_ns: int) -> Iterator[int]:
    """When verdicts were painted whose answers came after ``after_ns``, as they are traced.

    An answer that was on its way when the service was killed is not one of them. Raises
    TimeoutError if there is none in time.
    """
    end = time.monotonic() + PATIENCE_S
    margin_ns = 50_000_000
    counted: set[str] = set()
    while time.monotonic() < end:
        seen = events(trace) if trace.exists() else []
        answered = {each["visit"] for each in seen if each["event"] == "lookup_end"
                    and each["ns"] > after_ns + margin_ns}  # fmt: skip
        for each in seen:
            good = each["event"] == "verdict_painted" and each["tone"] != _NOT_CHECKED
            if good and each["visit"] in answered - counted and each["ns"] > after_ns:
                counted.add(each["visit"])
                yield int(each["ns"])
        time.sleep(0.02)
    raise TimeoutError(f"no verdict within {PATIENCE_S:.0f} s")


def measure(parts: list[str], rounds: int, kills: int) -> dict[str, list[float]]:
    """All figures of the wanted parts, by name. The first round only compiles."""
    found: dict[str, list[float]] = defaultdict(list)

    def keep(figures: Figures) -> None:
        for name, value in figures.items():
            found[name].append(value)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        with demo_service(data) as (url, key):
            codes = qr_codes(data)
            scan(url, key, codes[0])
        for number in range(rounds + 1):
            counts = number > 0
            if "import" in parts and (figures := import_once()) and counts:
                keep(figures)
            if "serve" in parts and (figures := serve_once(data, codes)) and counts:
                keep(figures)
            if "run" in parts and (figures := run_once()) and counts:
                keep(figures)
        if "kill" in parts and kills:
            film = folder / "film.avi"
            write_film(film, codes, lead_s=0.2, seen_s=0.4, gap_s=0.4)
            for figures in killed(data, film, kills):
                keep(figures)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options.only, options.rounds, options.kills)
    print("| | median | fastest | slowest | times |")
    print("|---|---|---|---|---|")
    for name, values in found.items():
        _, _, unit = name.rpartition("_")
        print(
            f"| {name.removesuffix(f'_{unit}').replace('_', ' ')} | {median(values):.2f} {unit} "
            f"| {min(values):.2f} | {max(values):.2f} | {len(values)} |"
        )
    if options.json:
        metrics = {
            name: {"value": median(values), "unit": name.rpartition("_")[2], "better": "lower"}
            for name, values in found.items()
        }
        result = {"metrics": metrics, "values": found}
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
