"""Try what the documentation says: run its cheap commands, parse the others, and look for the recipes it names.

python tools/try_docs.py    name what does not do; exit 1 where there is one

What is tried is the package that is imported, in a folder of its own: `make docs` tries an installed wheel. Commands
that train on data which come with the package are run with `--dry-run`, so all but the rounds; `list` and `--help` too.
"""

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import check_docs
from check_docs import BLOCK, ROOT, shown
from cyclopts import CycloptsError

import zerosum
from zerosum.cli.main import app, run
from zerosum.data.names import TOYS
from zerosum.errors import ZerosumError
from zerosum.recipe.table import SYSTEMS

RECIPE = re.compile(r"\brecipes/[\w-]+\.yaml")
PROGRAM = re.compile(r"\b(?:benchmarks|tools|tests)/[\w/]+\.py\b")
EXTRAS = re.compile(r"zerosum\[([\w,]+)\]")
HEADER = re.compile(r"^# +(zerosum .+)$", re.MULTILINE)
INLINE = re.compile(r"`zerosum ([^`]+)`")
MISSING = re.compile(r"^## (?:Not there yet|尚未实现)\n(.*?)^## ", re.MULTILINE | re.DOTALL)
PLACEHOLDER = re.compile(r"\.\.\.|\b[A-Z]{3,}\b|\[|\|")
"""What stands in a line that shows a form and is no command: an ellipsis, a name in capitals, an option in brackets."""
NAMES = ("data check", *(name for name in app if not name.startswith("-")))
"""Of commands: where one alone stands in a sentence, it is spoken of."""
SHIPPED = ("digits", *TOYS)


def main() -> int:
    """Run all checks and return the exit code."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    problems = [*inline(), *headers(), *recipes(), *named(), *missed()]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("recipes").symlink_to(shipped())
        commands = sorted({tuple(words) for page in pages() for words in cheap(page)})
        problems += [problem for words in commands for problem in tried(list(words))]
    where = Path(zerosum.__file__).parent
    print("\n".join(problems) or f"{len(commands)} commands of the documentation do what they say, with {where}")
    return 1 if problems else 0


def pages() -> list[Path]:
    """Return the pages for users: what has changed once may have been said otherwise."""
    return [page for page in check_docs.pages() if page.name != "CHANGELOG.md"]


def shipped() -> Path:
    """Return the folder of the recipes that come with the package; that of the sources where it is run from them."""
    package = Path(zerosum.__file__).parent
    return package / "recipes" if package != ROOT / "src" / "zerosum" else ROOT / "recipes"


def recipes() -> Iterator[str]:
    """Yield each recipe that a page names and that does not come with the package."""
    for page in pages():
        for name in sorted(set(RECIPE.findall(page.read_text()))):
            if not (shipped() / Path(name).name).is_file():
                yield f"{shown(page)}: {name} does not come with the package"


def named() -> Iterator[str]:
    """Yield each program and each extra of the package that a page names and that there is not."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for page in pages():
        text = page.read_text()
        yield from (
            f"{shown(page)}: no file {name}" for name in set(PROGRAM.findall(text)) if not (ROOT / name).is_file()
        )
        extras = {extra for several in EXTRAS.findall(text) for extra in several.split(",")}
        yield from (f"{shown(page)}: no extra zerosum[{extra}]" for extra in sorted(extras - declared.keys()))


def headers() -> Iterator[str]:
    """Yield each command in the comments of a recipe that has options which do not exist."""
    for path in sorted(shipped().glob("*.yaml")):
        for line in HEADER.findall(path.read_text()):
            try:
                check_docs.check_command(shlex.split(line, comments=True))
            except (ZerosumError, ValueError, CycloptsError) as error:
                yield f"recipes/{path.name}: {' '.join(str(error).split())} in: {line}"


def missed() -> Iterator[str]:
    """Yield each system that a page lists among what is not there yet."""
    for page in pages():
        listed = " ".join(MISSING.findall(page.read_text()))
        names = set(re.findall(r"[\w-]+", listed.lower()))
        yield from (f"{shown(page)}: {name} is there, and listed among what is not" for name in names & SYSTEMS.keys())


def inline() -> Iterator[str]:
    """Yield each command within a sentence that has options which do not exist."""
    for page in pages():
        for text in INLINE.findall(BLOCK.sub("", page.read_text())):
            if PLACEHOLDER.search(text) or text.startswith("-") or text in NAMES:
                continue
            try:
                check_docs.check_command(shlex.split(f"zerosum {text}"))
            except (ZerosumError, ValueError, CycloptsError) as error:
                yield f"{shown(page)}: {' '.join(str(error).split())} in: zerosum {text}"


def cheap(page: Path) -> Iterator[list[str]]:
    """Yield the words after `zerosum` of each command of a page that takes seconds, made so that it trains nothing."""
    for language, text in BLOCK.findall(page.read_text()):
        lines = text.replace("\\\n", " ").splitlines() if language == "bash" else []
        for words in (shlex.split(line, comments=True) for line in lines):
            if words[:1] != ["zerosum"]:
                continue
            own = words[1 : next((at for at, word in enumerate(words) if word in (">", "|", "&&")), len(words))]
            if own[:1] == ["list"] or "--help" in own:
                yield own
            elif own[:1] == ["train"] and data_of(own) in SHIPPED:
                yield [*own[:2], "--device", "cpu", "--dry-run", *(word for word in own[2:] if word != "--dry-run")]


def data_of(words: list[str]) -> str:
    """Return the data that a `train` command names, by itself or in its recipe; digits where there are none."""
    if "--data" in words:
        return words[words.index("--data") + 1]
    if RECIPE.fullmatch(words[1]) and (shipped() / Path(words[1]).name).is_file():
        named = re.search(r"^data: *(\S+)$", (shipped() / Path(words[1]).name).read_text(), re.MULTILINE)
        return named[1] if named else "digits"
    return "digits" if words[1] in SYSTEMS else words[1]


def tried(words: list[str]) -> Iterator[str]:
    """Yield what a command says where it does not end well."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        code = run(words)
    if code or not out.getvalue():
        yield f"exit code {code}: {' '.join(said.getvalue().split())} in: zerosum {shlex.join(words)}"


if __name__ == "__main__":
    sys.exit(main())
