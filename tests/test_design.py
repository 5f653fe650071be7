"""The layout is the one that docs/design.md draws: a folder imports those below it, and nothing goes in a circle."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SOURCE = REPOSITORY / "src" / "zerosum"
ENTRIES = {"__init__", "__main__"}
"""What users and Python begin with: they may name everything."""
MOST_AT_THE_TOP = 5


def name(path):
    """The dotted name of a module within zerosum; of a package, that of its folder."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {name(path): path for path in SOURCE.rglob("*.py")}


def imports(path):
    """The modules of zerosum that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "zerosum":
            base = node.module.partition(".")[2]
            names = {".".join(filter(None, (base, alias.name))) for alias in node.names}
            found |= {each if each in MODULES else base for each in names}
        assert not (isinstance(node, ast.Import) and any(alias.name.startswith("zerosum.") for alias in node.names))
    return found - {""}


GRAPH = {module: imports(path) for module, path in MODULES.items()}


def drawn():
    """The folders of the page, the highest first."""
    text = (REPOSITORY / "docs" / "design.md").read_text(encoding="utf-8")
    block = re.search(r"## Who imports whom.*?```text\n(.*?)```", text, re.DOTALL).group(1)
    return [line.split()[0] for line in block.splitlines()]


def folder(module):
    return module.partition(".")[0]


def test_every_folder_is_drawn_and_every_drawn_one_is_there():
    assert sorted({folder(module) for module in MODULES} - ENTRIES) == sorted(drawn())


@pytest.mark.parametrize("module", sorted(set(MODULES) - ENTRIES))
def test_imports_point_downwards(module):
    order = drawn()
    upwards = [each for each in GRAPH[module] if order.index(folder(each)) < order.index(folder(module))]
    assert not upwards


def test_no_modules_import_each_other():
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_few_modules_lie_at_the_top():
    assert len(list(SOURCE.glob("*.py"))) <= MOST_AT_THE_TOP


def test_test_modules_have_names_of_their_own():
    """Processes that tests start import them by their bare names."""
    names = [path.stem for path in (REPOSITORY / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
