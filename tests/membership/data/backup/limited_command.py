"""The command line in a process that may write files of 64 KiB."""

import resource
import signal

import main as command_line


def main() -> None:
    """Run the command that ``sys.argv`` names; it exits as that does."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that is too large is an error then
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024,) * 2)
    command_line.run()
