"""Kinds are found by name, and what is wrong with a stranger's is said in one line."""

import subprocess
import sys

import pytest
from packaged import install

from zerosum.core.spec import spec_by
from zerosum.errors import UserError
from zerosum.kinds.load import load
from zerosum.kinds.table import KINDS, REGISTRY, kind_of, named


def test_old_shapes_are_of_the_kinds_that_there_were():
    assert [kind_of(spec_by(shape)).name for shape in ((2,), (3, 8, 8))] == ["points", "image"]
    with pytest.raises(UserError, match="may be of any kind"):
        spec_by((1, 16))


def test_listing_kinds_does_not_import_torch():
    code = "import sys; from zerosum.kinds.table import named; named('image'); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_package_adds_a_kind(installed):
    assert REGISTRY.names() == [*KINDS, "series"]
    assert named("series").unit.many == "series"


def test_an_unknown_kind_is_named():
    with pytest.raises(UserError, match=r"no kind of data 'imege'.*'image'"):
        named("imege")


@pytest.mark.parametrize(
    ("entry", "name", "message"),
    [
        ("bad = zerosum_nowhere:Kind", "bad", r"cannot load the kind of data zerosum_nowhere:Kind \(No module"),
        ("bad = zerosum_series.reading:Reads", "bad", "zerosum_series.reading:Reads is no kind of data"),
        (
            "points = zerosum_series.kind:Series",
            "points",
            "have a kind of data 'points', zerosum and zerosum_series: remove",
        ),
    ],
)
def test_a_bad_package_is_an_error_of_one_line(tmp_path, monkeypatch, entry, name, message):
    monkeypatch.syspath_prepend(str(install(tmp_path / "site", f"[zerosum.kinds]\n{entry}\n")))
    with pytest.raises(UserError, match=message):
        named(name)


def test_a_bad_package_does_not_stop_what_it_has_no_part_in(tmp_path, monkeypatch):
    entry = "[zerosum.kinds]\nbad = zerosum_nowhere:Kind\n"
    monkeypatch.syspath_prepend(str(install(tmp_path / "site", entry)))
    assert load("digits").spec.kind == "image"
    assert load("8-ring").spec.kind == "points"
    with pytest.raises(UserError, match="cannot load the kind of data zerosum_nowhere:Kind"):
        load(str(tmp_path))
