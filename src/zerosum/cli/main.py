"""The command `zerosum`: its commands, and how every outcome becomes one line and an exit code."""

import io
import os
import sys
import traceback
from collections.abc import Sequence

import cyclopts

from zerosum._version import __version__
from zerosum.cli.augment import augment
from zerosum.cli.data import check
from zerosum.cli.doctor import doctor
from zerosum.cli.evaluate import evaluate
from zerosum.cli.explore import explore, reordered
from zerosum.cli.list import list_
from zerosum.cli.race import race
from zerosum.cli.sample import sample
from zerosum.cli.train import train
from zerosum.cli.translate import translate
from zerosum.core.registry import trust
from zerosum.errors import DivergedError, UserError, ZerosumError
from zerosum.recipe import memory

EXIT_CODES = {"interrupted": 130, "terminated": 75, "ill": DivergedError.exit_code}

app = cyclopts.App(
    name="zerosum",
    version=__version__,
    help="Train, sample and judge generative adversarial networks on your own data.\n\nEvery command takes "
    "`--trust PACKAGE`: code of this package may run where a run folder that somebody else made names it.",
    help_format="markdown",
    suppress_keyboard_interrupt=False,
)
data = cyclopts.App(name="data", help="Look at data before training on them.")
# The commands' modules are free of torch, so they are imported here and not lazily: a lazy command has no docstring to
# show in the help of `zerosum`, and `help=` beside it would replace the whole docstring in the help of the command.
app.command(list_, name="list")
app.command(train)
app.command(sample)
app.command(translate)
app.command(evaluate)
app.command(doctor)
app.command(augment)
app.command(race)
app.command(explore)
data.command(check)
app.command(data)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong usage or bad input, 3 ended ill, 75 and 130 stopped."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Names of files need not be text; what is printed is what the system calls them.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")
    sys.exit(run(words))


def run(words: list[str]) -> int:
    """Run one command line and return its exit code."""
    verbose = "-v" in words or "--verbose" in words
    words = [word for word in words if word not in ("-v", "--verbose")]
    try:
        words, trusted = without_trust(words)
        trust(trusted)
        outcome = app(reordered(words), exit_on_error=False, print_error=False, result_action="return_value")
        return EXIT_CODES.get(outcome, 0) if isinstance(outcome, str) else 0
    except cyclopts.UnusedCliTokensError as error:
        over = " ".join(error.unused_tokens or ())
        return complain(UserError(f"'{over}' is more than the command takes; see `zerosum --help`"))
    except cyclopts.CycloptsError as error:
        return complain(UserError(f"{one_line(str(error)).rstrip('.')}; see `zerosum --help`"))
    except ZerosumError as error:
        if verbose:
            traceback.print_exc()
        return complain(error)
    except (MemoryError, RuntimeError) as error:
        if not memory.lacking(error):
            raise
        return complain(memory.told(error))
    except KeyboardInterrupt:
        print("zerosum: interrupted", file=sys.stderr)
        return EXIT_CODES["interrupted"]
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def without_trust(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a command line without its `--trust PACKAGE`, and the packages: it is an option of every command."""
    rest, packages, line = list[str](), list[str](), iter(words)
    for word in line:
        name, _, value = word.partition("=")
        if name == "--trust":
            packages.append(value or next(line, ""))
        else:
            rest.append(word)
    return rest, packages


def complain(error: ZerosumError) -> int:
    """Say an error in one line on stderr and return its exit code."""
    print(f"zerosum: {one_line(str(error))}", file=sys.stderr)
    return error.exit_code


def one_line(text: str) -> str:
    """Return text without line breaks."""
    return " ".join(text.split())
