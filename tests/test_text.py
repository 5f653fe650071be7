"""Text files are UTF-8, whatever the locale of whoever reads or writes them."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import zerosum

SOURCES = sorted(Path(zerosum.__file__).parent.rglob("*.py"))
CODE = """
import sys
from pathlib import Path
from zerosum.recipe.schema import read_yaml
print(ascii(read_yaml(Path(sys.argv[1]))["data"]))
"""


def unsaid(tree):
    """The lines of a module in which a text file is opened in the encoding of the locale."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        opened = node.func.attr == "open" and first in ("r", "w", "a", "x", "r+", "w+", "a+")
        of_text = opened or node.func.attr in ("read_text", "write_text")
        if of_text and "encoding" not in {keyword.arg for keyword in node.keywords}:
            yield node.lineno


def test_the_search_finds_what_it_looks_for():
    wrong = ("p.read_text()", "p.write_text(x)", "p.open('a')")
    right = ("p.open('ab')", "p.open('w', encoding='utf-8')", "Image.open('a.png')")
    assert list(unsaid(ast.parse("\n".join([*wrong, *right])))) == [1, 2, 3]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_text_file_says_its_encoding(path):
    assert list(unsaid(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_a_recipe_is_read_in_a_locale_that_knows_ascii_only(tmp_path):
    (tmp_path / "own.yaml").write_text("system: gan\ndata: größe\n", encoding="utf-8")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = [sys.executable, "-c", CODE, tmp_path / "own.yaml"]
    done = subprocess.run(words, env=os.environ | plain, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, rb"'gr\xf6\xdfe'"), done.stderr
