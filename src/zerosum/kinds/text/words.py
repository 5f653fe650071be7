"""What is a word, and where blanks belong."""

import re
from collections.abc import Sequence

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Signs of Chinese and Japanese, each a token: nothing is between them."""
TOKEN = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])\w)+(?:['\u2019-](?:(?![{UNSPACED}])\w)+)*|[^\w\s]")
BEFORE = ".,;:!?%)]}\u2026\u3002\uff0c\uff1b\uff1a\uff01\uff1f\u3001\uff09\u3011\u300b\u201d\u2019"
"""Signs before which there is no blank."""
BEHIND = "([{$#@\xbf\xa1\xa3\u20ac\uff08\u3010\u300a\u201c\u2018"
"""Signs behind which there is no blank."""
WIDE = UNSPACED + "\u3001-\u303f\uff01-\uff5e"
"""The same and their punctuation, beside which there is no blank."""
_BLANKS = re.compile(rf" (?=[{re.escape(BEFORE)}{WIDE}])|(?<=[{re.escape(BEHIND)}{WIDE}]) ")


def words(text: str) -> list[str]:
    """Return the words and signs of a text: "Don't, 3 dogs" -> Don't / , / 3 / dogs."""
    return TOKEN.findall(text)


def joined(tokens: Sequence[str]) -> str:
    """Return words and signs as text, with blanks where they belong."""
    return _BLANKS.sub("", " ".join(tokens))
