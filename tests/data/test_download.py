import hashlib
import io
from pathlib import Path

import pytest

from zerosum.data.download import Original, downloads, obtain
from zerosum.errors import UserError

CONTENT = b"the original contents" * 1000
SHA256 = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


class _Response(io.BytesIO):
    headers = {"Content-Length": str(len(CONTENT))}  # noqa: RUF012


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    pages: dict[str, bytes] = {}

    def urlopen(url: str, timeout: float) -> _Response:
        if url not in pages:
            raise OSError(f"nothing at {url}")
        return _Response(pages[url])

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return pages


def test_downloads_once_into_the_cache(served: dict[str, bytes], capsys: pytest.CaptureFixture[str]) -> None:
    served["https://a/x.gz"] = CONTENT
    original = Original("x.gz", SHA256, ("https://a/x.gz",))
    (path,) = obtain("thing", [original], None)
    assert path == downloads() / "thing" / "x.gz"
    assert path.read_bytes() == CONTENT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "downloading x.gz" in captured.err
    served.clear()
    assert obtain("thing", [original], None) == [path]


def test_md5_and_the_second_address(served: dict[str, bytes]) -> None:
    served["https://b/x.gz"] = CONTENT
    checksum = f"md5:{hashlib.md5(CONTENT).hexdigest()}"
    (path,) = obtain("thing", [Original("x.gz", checksum, ("https://a/x.gz", "https://b/x.gz"))], None)
    assert path.read_bytes() == CONTENT


def test_wrong_contents_are_refused_and_leave_nothing(served: dict[str, bytes]) -> None:
    served["https://a/x.gz"] = CONTENT[:-1]
    with pytest.raises(UserError, match="other contents than published"):
        obtain("thing", [Original("x.gz", SHA256, ("https://a/x.gz",))], None)
    assert not [path for path in downloads().rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_files_of_the_user_come_first(
    served: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for root in ("one", "two"):
        (tmp_path / root / "thing").mkdir(parents=True)
        (tmp_path / root / "thing" / "x.gz").write_bytes(b"mine")
    original = Original("x.gz", SHA256, ())
    monkeypatch.setenv("ZEROSUM_DATA", str(tmp_path / "two"))
    assert obtain("thing", [original], tmp_path / "one")[0].parent.parent.name == "one"
    assert obtain("thing", [original], tmp_path / "none")[0].parent.parent.name == "two"


def test_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("ZEROSUM_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match="cannot be downloaded"):
        obtain("thing", [Original("x.gz", SHA256, ("https://a/x.gz",))], None)
