"""Check the documentation against the code: links, commands, recipes, and the tables that the code knows better.

python tools/check_docs.py            name every mistake; exit 1 where there is one
python tools/check_docs.py --write    write the tables of values in docs/systems anew from the recipe table
"""

import itertools
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from cyclopts import CycloptsError

from zerosum.cli.explore import explore, reordered
from zerosum.cli.list import catalogue
from zerosum.cli.main import app
from zerosum.core.importing import load
from zerosum.core.spec import spec_by
from zerosum.data.names import KNOWN, TOYS
from zerosum.data.size import Size, sides
from zerosum.errors import ZerosumError
from zerosum.losses.table import LOSSES
from zerosum.metrics.names import METRICS
from zerosum.networks.table import LINES
from zerosum.options import options_model
from zerosum.penalties.table import PENALTIES
from zerosum.recipe.build import suited
from zerosum.recipe.layers import settings
from zerosum.recipe.resolve import resolve
from zerosum.recipe.schema import Optimizer, Recipe
from zerosum.recipe.table import SYSTEMS
from zerosum.runs.run import flat
from zerosum.systems.two_player import TwoPlayer

ROOT = Path(__file__).resolve().parent.parent
LABELS = {
    "line": "1-D points",
    "points": "points",
    "table": "tables",
    "tiny": "tiny images",
    "image": "larger images",
    "restored": "restored images",
    "text": "text",
}
BEGIN, END = "<!-- values: written by tools/check_docs.py -->", "<!-- end of values -->"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TWINS = ("README.md", "README.zh-CN.md")


def main(arguments: list[str]) -> int:
    """Run all checks and return the exit code."""
    if "--write" in arguments:
        write_values()
    problems = [problem for check in CHECKS for problem in check()]
    print("\n".join(problems) or f"documentation: {len(pages())} pages, no mistakes found")
    return 1 if problems else 0


def pages() -> list[Path]:
    """Return the pages: those beside the README, and all below docs."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def shown(page: Path) -> str:
    """Return a page's name for a message."""
    return page.relative_to(ROOT).as_posix()


def links() -> Iterator[str]:
    """Yield each link to a file or heading that is not there."""
    for page in pages():
        for match in LINK.finditer(BLOCK.sub("", page.read_text(encoding="utf-8"))):
            target = match[1] or match[2]
            if re.match(r"[a-z]+:", target):
                continue
            path, _, heading = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists():
                yield f"{shown(page)}: no file {target}"
            elif heading and heading not in anchors(file):
                yield f"{shown(page)}: no heading {target}"


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page get."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def blocks() -> Iterator[str]:
    """Yield each command, recipe or program in a page that could not be run."""
    for page in pages():
        for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            try:
                check_block(language, text)
            except (ZerosumError, SyntaxError, ValueError, yaml.YAMLError, CycloptsError) as error:
                yield f"{shown(page)}: {' '.join(str(error).split())} in: {' '.join(text.split())[:100]}"


def check_block(language: str, text: str) -> None:
    """Raise where the code of a block is wrong."""
    if language == "bash":
        for line in text.replace("\\\n", " ").splitlines():
            check_command(shlex.split(line, comments=True))
    elif language == "python":
        compile(text, "documentation", "exec")
    elif language == "yaml" and isinstance(tree := yaml.safe_load(text), dict) and "system" in tree:
        data = tree.pop("data", {})
        data = {"source": data} if isinstance(data, str) else data
        recipe(tree["system"], tree, data.get("source"), data.get("size"), (), data.get("pairs"))


def check_command(words: list[str]) -> None:
    """Raise where a `zerosum` command has options, a system or recipe entries that do not exist."""
    if "zerosum" not in words[:10]:
        return
    own = words[words.index("zerosum") + 1 :]
    own = own[: next((at for at, word in enumerate(own) if word in (">", "|", "&&")), len(own))]
    _, bound, _ = app.parse_args(reordered(own), exit_on_error=False, print_error=False)
    arguments = bound.arguments
    name = arguments.get("system", "")
    if name and not name.endswith((".yaml", ".yml")) and not (name in ("photos", *KNOWN) and "data" not in arguments):
        recipe(
            name, {}, arguments.get("data"), arguments.get("size"), arguments.get("set_", ()), arguments.get("pairs")
        )


def recipe(
    name: str,
    own: dict[str, Any],
    source: str | None,
    size: Size | None,
    overrides: tuple[str, ...],
    pairs: str | None = None,
) -> Recipe:
    """Return the recipe that a command or file means; the data themselves are not looked at."""
    if Path(source or "").suffix == ".csv":
        return resolve(name, own, {"source": source, "shape": [1], "kind": "table"}, "table", overrides)
    if source in TOYS:
        shape: tuple[int, ...] = (1,) if source in ("gaussian", "mixture-1d") else (2,)
    else:
        shape = (1, *sides(size or (8 if source in (None, "digits") else 28)))
    return resolve(name, own, {"source": source or "digits"}, suited(spec_by(shape), pairs), overrides)


def systems() -> Iterator[str]:
    """Yield each system without a page, page without a system, and table of values that is out of date."""
    names = {page.stem for page in (ROOT / "docs/systems").glob("*.md")}
    yield from (f"docs/systems/{name}.md is missing" for name in SYSTEMS.keys() - names)
    yield from (f"docs/systems/{name}.md is about no system" for name in names - SYSTEMS.keys())
    for name in SYSTEMS.keys() & names:
        if values(name) not in (ROOT / f"docs/systems/{name}.md").read_text(encoding="utf-8"):
            yield f"docs/systems/{name}.md: the values are not those of the table: tools/check_docs.py --write"


def indexes() -> Iterator[str]:
    """Yield each system that a list of systems lacks, and each page that the index of the documentation does."""
    for name in ("docs/README.md", *TWINS):
        text = (ROOT / name).read_text(encoding="utf-8")
        yield from (f"{name} does not list {system}" for system in SYSTEMS if f"systems/{system}.md)" not in text)
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        path = page.relative_to(ROOT / "docs").as_posix()
        if path != "README.md" and f"({path})" not in index:
            yield f"docs/README.md does not list {path}"


def write_values() -> None:
    """Write the table of values of each system's page anew."""
    for name in SYSTEMS:
        page = ROOT / f"docs/systems/{name}.md"
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        page.write_text(before + values(name) + rest.partition(END)[2], encoding="utf-8")


def values(name: str) -> str:
    """Return a system's settings for each kind of data as a table, tuned and as published."""
    kinds = SYSTEMS[name].defaults
    trees = [(flat(settings(name, kind)), flat(settings(name, kind, published=True))) for kind in kinds]
    keys = sorted(dict.fromkeys(key for pair in trees for tree in pair for key in tree), key=order)
    lines = [f"| entry | {' | '.join(LABELS[kind] for kind in kinds)} |", "| --- " * (1 + len(trees)) + "|"]
    lines += [f"| `{key}` | {' | '.join(cell(key, *pair) for pair in trees)} |" for key in keys]
    note = "Where two values stand in a cell, the second is what `--as-published` plays by."
    return "\n".join([BEGIN, "", *lines, "", note, "", END])


def cell(key: str, tuned: dict[str, Any], published: dict[str, Any]) -> str:
    """Return a value as tuned and, where it differs, as published; what a network has not is left out."""
    shown = [f"`{as_yaml(tree[key])}`" if key in tree else "-" for tree in (tuned, published)]
    return " / ".join(dict.fromkeys(shown))


def order(key: str) -> tuple[int, str]:
    """Return where an entry stands: those of the run first, then the game's, then the players'."""
    return (["game", "players"].index(key.partition(".")[0]) + 1 if "." in key else 0, "")


def as_yaml(value: Any) -> str:
    """Return a plain value as YAML, on one line."""
    if isinstance(value, float):
        return f"{value:g}"
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("...\n").strip()


def reference() -> Iterator[str]:
    """Yield each name, and each default, that the reference does not tell."""
    options = {name: field.default for name, field in options_model(TwoPlayer).model_fields.items()}
    fields = {name: field.default for kind in (Recipe, Optimizer) for name, field in kind.model_fields.items()}
    tables = (ROOT / "docs/reference/recipe.md").read_text(encoding="utf-8")
    for name, default in (fields | options).items():
        row = next((line for line in tables.splitlines() if line.startswith(f"| `{name}` |")), "")
        plain = default is None or isinstance(default, bool | int | float)
        if not row or (plain and name != "zerosum" and f"| `{as_yaml(default)}` |" not in row):
            yield f"docs/reference/recipe.md: no row that tells `{name}` and its default `{as_yaml(default)}`"
    about: dict[str, Iterable[str]] = {
        "losses": LOSSES,
        "penalties": PENALTIES,
        "metrics": METRICS,
        "recipe": LINES,
    }
    about |= {"cli": [*KNOWN, *TOYS, *app_options()]}
    for page, names in about.items():
        text = (ROOT / f"docs/reference/{page}.md").read_text(encoding="utf-8")
        yield from (f"docs/reference/{page}.md does not tell `{name}`" for name in names if f"`{name}`" not in text)


def commands() -> Iterator[str]:
    """Yield each command without a heading, heading that the list on top of the page lacks, and word of `list`."""
    text = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    names = [name for name in app if not name.startswith("-")]
    due = [f"zerosum {'data check' if name == 'data' else name}" for name in names]
    yield from (f"docs/reference/cli.md has no heading '{name}'" for name in due if name not in headings)
    listed = re.findall(r"^- \[(.+)\]\(#", text, re.MULTILINE)
    if listed != headings:
        yield "docs/reference/cli.md: its list is not that of its headings"
    section = text.partition("## zerosum list")[2].partition("\n## ")[0]
    for kind in catalogue():
        if f"`{kind}`" not in section:
            yield f"docs/reference/cli.md: what `zerosum list` shows lacks `{kind}`"


def glossary() -> Iterator[str]:
    """Yield each word of the glossary that is out of the order of the alphabet, or stands twice."""
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([^|]+) \|", text.partition("| --- |")[2], re.MULTILINE)
    for before, word in itertools.pairwise(words):
        if word.lower() <= before.lower():
            yield f"docs/glossary.md: '{word}' stands after '{before}'"


def own_options() -> Iterator[str]:
    """Yield each option of a game that neither the reference nor the page of its system tells with its default."""
    shared = (ROOT / "docs/reference/recipe.md").read_text(encoding="utf-8")
    for name, entry in SYSTEMS.items():
        page = ROOT / f"docs/systems/{name}.md"
        section = page.read_text(encoding="utf-8").partition("## Options of the game")[2] if page.exists() else ""
        for option, field in options_model(load(entry.game)).model_fields.items():
            default = list(field.default) if isinstance(field.default, tuple) else field.default
            row = next((line for line in section.splitlines() if line.startswith(f"| `{option}` |")), "")
            if f"| `{option}` |" not in shared and f"| `{as_yaml(default)}` |" not in row:
                yield f"docs/systems/{name}.md: no row that tells `{option}` and its default `{as_yaml(default)}`"


def app_options() -> list[str]:
    """Return the long names of the options of all commands."""
    names = ("train", "sample", "translate", "evaluate", "doctor", "race", "augment", "list")
    steering = [explore[name] for name in explore if not name.startswith("-")]
    options = (
        name
        for command in (*(app[name] for name in names), app["data"]["check"], *steering)
        for argument in command.assemble_argument_collection()
        for name in argument.names
    )
    return sorted({name for name in options if name.startswith("--") and not name.startswith("--no-")})


def twins() -> Iterator[str]:
    """Yield where the translated README is not in step: other code, other pictures and links, or another outline."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in TWINS]
    code = [[re.sub(r"\s*#.*", "", block) for _, block in BLOCK.findall(text)] for text in texts]
    outline = [re.findall(r"^#+", BLOCK.sub("", text), re.MULTILINE) for text in texts]
    targets = [sorted({a or b for a, b in LINK.findall(text)} - set(TWINS)) for text in texts]
    for what, (first, second) in {"code blocks": code, "headings": outline, "links": targets}.items():
        if first != second:
            yield f"{TWINS[1]}: its {what} differ from those of {TWINS[0]}"


CHECKS = (links, blocks, systems, indexes, reference, commands, glossary, own_options, twins)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
