"""Runs the service as a process of its own, telling its events as JSON lines on stdout."""

import argparse
import json
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

from membership.base.settings import ServiceSettings
from membership.serve import run_service


def announce(event: Mapping[str, str]) -> None:
    """Tell an event."""
    print(json.dumps(dict(event)), flush=True)  # noqa: T201 - this is the protocol


def main() -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--database-url")
    parser.add_argument("--max-pages", type=int)
    parser.add_argument("--stdin", action="store_true")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--desk-key", action="store_true")
    parser.add_argument("--largest-file", type=int, help="bytes that any file may grow to")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a further setting"
    )
    options = parser.parse_args()
    if options.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.largest_file,) * 2)
    settings = ServiceSettings(
        data_dir=options.data_dir,
        host=options.host,
        port=options.port,
        database_url=options.database_url,
        sqlite_max_pages=options.max_pages,
        **dict(each.split("=", 1) for each in options.set),
    )
    return run_service(
        settings,
        announce=announce,
        stop_on_stdin_eof=options.stdin,
        demo=options.demo,
        desk_key=options.desk_key,
    )


if __name__ == "__main__":
    sys.exit(main())
