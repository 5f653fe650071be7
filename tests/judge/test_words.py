"""A verdict in words and as HTML: whole, escaped, and ready to paste."""

import shlex
from pathlib import Path

from zerosum.judge.section import section
from zerosum.judge.verdict import Evidence, Remedy, State, Verdict
from zerosum.judge.verdict_file import Examined
from zerosum.judge.words import as_text, named, option

RUN = Path("runs/a run")
VERDICT = Verdict(
    State.PARTLY_COLLAPSED,
    0.93,
    (Evidence("missing", 0.2, "up to 0.06", "some <b> are not made"),),
    (Remedy(("penalties.r1.gamma=1", "generator.betas=[0.0,0.9]"), "flat & calm"),),
    ("3", "<7>"),
)


EXAMINED = Examined(VERDICT, 1500, 1500)


def test_the_text_holds_state_evidence_missing_and_remedies(tmp_path):
    text = as_text(VERDICT, tmp_path, 1500)
    for part in (
        "partly collapsed (confidence 93%), after round 1,500",
        "missing: 3, <7>",
        "up to 0.06",
        "--set",
        "flat & calm",
    ):
        assert part in text
    assert "picture" not in text
    (tmp_path / "doctor.png").touch()
    assert f"picture: {tmp_path / 'doctor.png'}" in as_text(VERDICT, tmp_path, 1500)


def test_remedies_survive_a_shell():
    words = shlex.split(option(VERDICT.remedies[0]))
    assert words == ["--set", "penalties.r1.gamma=1", "generator.betas=[0.0,0.9]"]


def test_many_names_are_cut_short():
    assert named(tuple("abc")) == "a, b, c"
    assert named(tuple(map(str, range(20)))).endswith("11 and 8 more")


def test_the_section_escapes_what_it_shows():
    html = section(EXAMINED, run=RUN, picture="data:image/png;base64,AA")
    for part in ("partly collapsed", "1,500", "&lt;7&gt;", "some &lt;b&gt; are not made", "flat &amp; calm", "0.06"):
        assert part in html
    assert 'src="data:image/png;base64,AA"' in html
    assert "<7>" not in html


def test_the_section_says_where_nobody_looked():
    assert "zerosum doctor" in section(None, run=RUN)
