"""Names to code: what is found, what is refused, and that nothing is imported before it may be."""

import sys

import pytest

from plugins import install
from zerosum.core import registry
from zerosum.core.registry import Registry
from zerosum.errors import UserError

WRITES = "import pathlib\npathlib.Path({path!r}).write_text('run')\nthing = 3\n"


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch):
    monkeypatch.setattr(registry, "_trusted", {"zerosum"})
    monkeypatch.setattr(registry, "_handed_over", {})


def shelf(suits=lambda thing: ""):
    return Registry("thing", "zerosum.things", {"pi": "math:pi"}, suits)


def test_known_names_and_installed_ones_are_found(tmp_path, monkeypatch):
    path = tmp_path / "sign"
    install(
        tmp_path / "site", monkeypatch, "shop", {"shop.py": WRITES.format(path=str(path))},
        "[zerosum.things]\nthree = shop:thing\n",
    )  # fmt: skip
    assert shelf().names() == ["pi", "three"]
    assert [(each.name, each.distribution) for each in shelf().plugins()] == [("three", "shop")]
    assert not path.exists()
    assert shelf().load("three") == 3
    assert path.exists()
    assert shelf().load("pi") == pytest.approx(3.14159, abs=1e-5)


def test_two_packages_or_zerosum_itself_with_one_name_are_refused(tmp_path, monkeypatch):
    install(tmp_path / "one", monkeypatch, "shop", {}, "[zerosum.things]\nthree = shop:thing\npi = shop:pi\n")
    install(tmp_path / "two", monkeypatch, "mall", {}, "[zerosum.things]\nthree = mall:thing\n")
    with pytest.raises(UserError, match=r"two of the installed packages have a thing 'three', mall and shop: remove"):
        shelf().load("three")
    with pytest.raises(UserError, match="a thing 'pi', zerosum and shop: remove"):
        shelf().load("pi")


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UserError, match="no thing 'pie'; did you mean 'pi'"):
        shelf().load("pie")


def test_code_is_imported_only_where_its_package_is_trusted(tmp_path, monkeypatch):
    path = tmp_path / "sign"
    install(tmp_path / "site", monkeypatch, "guest", {"guest.py": WRITES.format(path=str(path))})
    with pytest.raises(UserError, match=r"guest:thing is code that nobody allowed to run.*add --trust guest"):
        shelf().load("guest:thing")
    assert not path.exists()
    registry.trust(["gues"])
    with pytest.raises(UserError, match="nobody allowed"):
        shelf().load("guest:thing")
    registry.typed("loss=guest:thing")
    assert shelf().load("guest:thing") == 3
    assert path.exists()


def test_a_package_that_cannot_be_imported_is_one_line(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "torn", {"torn.py": "raise RuntimeError('no\\nGPU')\n", "gone.py": "exit(3)\n"})
    registry.trust(["torn", "gone", "absent"])
    with pytest.raises(UserError, match=r"cannot load the thing torn:x \(no GPU\): mend or install its package"):
        shelf().load("torn:x")
    with pytest.raises(UserError, match="cannot load the thing gone:x"):
        shelf().load("gone:x")
    with pytest.raises(UserError, match="No module named 'absent'"):
        shelf().load("absent:x")
    with pytest.raises(UserError, match=r"cannot load the thing zerosum\.errors:Nothing"):
        shelf().load("zerosum.errors:Nothing")


def test_what_is_no_such_thing_is_refused():
    with pytest.raises(UserError, match=r"zerosum\.errors:UserError is no thing: make it one"):
        shelf(lambda thing: "make it one").load("zerosum.errors:UserError")


def test_a_class_of_a_function_is_found_once_it_is_handed_over():
    class Local:
        pass

    target = f"{__name__}:{Local.__qualname__}"
    assert registry.is_local(target)
    with pytest.raises(UserError, match=r"hand it over in Python, as in zs.load\(run, game=Local\)"):
        shelf().load(target)
    assert registry.hand_over(Local) == target
    assert shelf().load(target) is Local


@pytest.mark.parametrize("package", ["", "a b", "../x", "a:b"])
def test_only_packages_can_be_trusted(package):
    with pytest.raises(UserError, match="name a package"):
        registry.trust([package])


def test_listing_imports_nothing(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "quiet", {"quiet.py": "thing = 1\n"}, "[zerosum.things]\nq = quiet:thing\n")
    assert shelf().has("q")
    assert "quiet" not in sys.modules
