#!/usr/bin/env bash
# Pillow 11 and 12 write an uncompressed YCbCr TIFF that they cannot read: "image file is truncated". Pillow 13 can.
#
# Guess: what a library writes in a mode of its own, without an option, it reads back; where it cannot, the file is bad.
# Seen: the file is whole, 3 bytes a pixel, and the same bytes give the right colours in 13. The older ones unpack its
# rows as 4 bytes a pixel, so the data seem to end early. Compressed, or as RGB, they read it. So a photo that a scanner
# or a script kept as luminance and two differences counts as damaged, and a data set loses it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 12.3.0 13.0.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "pillow==$version"
  "$folder/$version/bin/python" - "$version" <<'PYTHON'
import io
import platform
import sys

from PIL import Image


def read_back(mode: str, colour: tuple[int, int, int], **options: str) -> str:
    """Return the colour of an image after it was written and read, in RGB, or the error."""
    file = io.BytesIO()
    Image.new(mode, (16, 16), colour).save(file, "TIFF", **options)
    try:
        return f"{len(file.getvalue())} bytes, {Image.open(file).convert('RGB').getpixel((5, 5))}"
    except OSError as error:
        return f"{len(file.getvalue())} bytes, OSError: {error}"


red = (76, 85, 255)
found = {
    "YCbCr": read_back("YCbCr", red),
    "YCbCr, compressed": read_back("YCbCr", red, compression="tiff_lzw"),
    "RGB": read_back("RGB", (254, 0, 0)),
}
print("python", platform.python_version(), "pillow", sys.argv[1])
for name, text in found.items():
    print(f"  {name}: {text}")
truncated = "truncated" in found["YCbCr"]
if truncated != (sys.argv[1] == "12.3.0") or any("OSError" in found[name] for name in ("YCbCr, compressed", "RGB")):
    raise SystemExit("this has changed: 12.3.0 found its own uncompressed YCbCr TIFF truncated, and 13.0.0 did not")
PYTHON
done
