"""The guard's rules: when to act, where to go back to, what to change, what to carry over."""

import pytest
import torch

from tiny import recipe, trainer
from zerosum.judge import guarding
from zerosum.judge.guarding import Rescue, carried_over, changed, choose, grave, rescued, since, trusted
from zerosum.judge.verdict import Evidence, Remedy, State, Verdict
from zerosum.recipe.build import build_game
from zerosum.runs.run import Run

HEALTHY, SICK = Verdict(State.HEALTHY, 0.9), Verdict(State.COLLAPSED, 0.9)
FALTERING, UNSURE = Verdict(State.STARVED, 0.9), Verdict(State.COLLAPSED, 0.5)


def rescue(back_to=4, attempt=1, settings=("generator.lr=1e-5",), step=10):
    return Rescue(step, "collapsed", 0.9, (), back_to, attempt, settings, "slower")


def weights(made):
    return build_game(made).state_dict()


def history(*verdicts, every=2):
    return [(every * (n + 1), verdict) for n, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    "verdicts, expected",
    [
        ((), False),
        ((SICK,), False),
        ((SICK, SICK), True),
        ((SICK, Verdict(State.DIVERGING, 1.0)), True),
        ((HEALTHY, SICK), False),
        ((SICK, HEALTHY, SICK), False),
        ((SICK, UNSURE), False),
        ((FALTERING, FALTERING), False),
    ],
)
def test_it_acts_on_two_grave_verdicts_in_a_row_that_are_sure(verdicts, expected):
    assert grave(history(*verdicts)) is expected


def test_the_newest_checkpoint_that_was_found_healthy_later_is_trusted():
    verdicts = history(HEALTHY, HEALTHY, HEALTHY, SICK, SICK)  # healthy after rounds 2, 4 and 6
    assert trusted(verdicts, [0, 5, 7, 10], []) == 5
    assert trusted(verdicts, [0, 7, 10], []) == 0
    assert trusted(history(SICK, SICK), [0, 2, 4], []) == 0
    assert trusted(history(FALTERING, SICK, SICK), [3, 6], []) == 3


def test_a_checkpoint_that_a_rescue_went_back_to_must_prove_itself_anew():
    again, better = history(HEALTHY, HEALTHY, SICK, SICK), history(HEALTHY, HEALTHY, HEALTHY, SICK, SICK)
    assert trusted(again, [0, 4, 6, 8], [rescue(back_to=4)]) == 0
    assert trusted(better, [0, 4, 6, 8], [rescue(back_to=4)]) == 6


def test_verdicts_from_before_a_rescue_do_not_count():
    verdicts = history(SICK, SICK, SICK)
    assert since(verdicts, []) == verdicts
    assert since(verdicts, [rescue(back_to=4)]) == [(6, SICK)]


def test_the_first_remedy_that_changes_something_and_keeps_the_weights_is_chosen():
    made = recipe("r1gan", "digits")
    state = build_game(made).state_dict()
    same = Remedy(("penalties.r1.gamma=0.05",), "it has that already")
    other = Remedy(("discriminator.width=64",), "its weights are of another shape")
    unknown = Remedy(("discriminator.colour=red",), "there is no such thing")
    fitting = Remedy(("lr=1e-4", "penalties.r1.gamma=1"), "this is the one")
    for count in range(4):
        given = [same, other, unknown, fitting][: count + 1]
        chosen = choose(Verdict(State.COLLAPSED, 1.0, (), tuple(given)), made, state, weights)
        assert chosen == (fitting if count == 3 else None)


def test_settings_apply_in_their_order():
    made = recipe("gan", "digits")
    twice = [rescue(settings=("lr=1e-3", "penalties.r1.gamma=1")), rescue(settings=("generator.lr=1e-4",))]
    after = rescued(made, twice)
    assert [after.players[name]["lr"] for name in ("generator", "discriminator")] == [1e-4, 1e-3]
    assert after.game["penalties"] == {"r1": {"every": 1, "gamma": 1.0}}
    assert rescued(made, []) == made


def test_a_player_whose_optimiser_changes_starts_it_afresh_and_all_else_stays():
    made = recipe("r1gan", "digits")
    playing = trainer(made)
    playing.fit(3)
    state = playing.state_dict()
    done = [rescue(settings=("generator.lr=1e-5", "penalties.r1.gamma=1"))]
    carried = carried_over(state, made, done)
    assert set(carried["optimizers"]) == {"discriminator"}
    assert carried["attempt"] == 1
    assert {name: value for name, value in carried.items() if name not in ("optimizers", "attempt")} == {
        name: value for name, value in state.items() if name not in ("optimizers", "attempt")
    }
    again = trainer(rescued(made, done))
    again.load_state_dict(carried)
    again.play()
    assert again.optimizers["generator"].param_groups[0]["initial_lr"] == 1e-5
    assert len(again.optimizers["generator"].state) == len(list(again.game.generator.parameters()))
    assert all(float(entry["step"]) == 1 for entry in again.optimizers["generator"].state.values())
    assert all(float(entry["step"]) == 4 for entry in again.optimizers["discriminator"].state.values())


def test_a_checkpoint_from_after_the_rescue_is_taken_as_it_is():
    made = recipe("r1gan", "digits")
    playing = trainer(made)
    playing.fit(2)
    playing.attempt = 1
    state = playing.state_dict()
    assert carried_over(state, made, [rescue(attempt=1)]) is state
    assert carried_over(state, made, [rescue(attempt=1), rescue(attempt=2, settings=("lr=1e-6",))])["optimizers"] == {}
    assert carried_over(state, made, []) is state


def test_what_was_done_comes_back_from_the_folder(tmp_path):
    run = Run(tmp_path)
    assert guarding.rescues(run) == []
    evidence = Evidence("diversity", 0.1, "0.6 to 1.2", "samples are alike")
    verdict = Verdict(State.COLLAPSED, 0.9, (evidence,), ())
    one = guarding.rescue_of(verdict, Remedy(("lr=1e-4",), "slower"), 10, back_to=4, attempt=1)
    run.append(run.log, [{"step": step} for step in (2, 4, 6)])
    guarding.record(run, one)
    guarding.record(run, rescue(attempt=2))
    assert guarding.rescues(run) == [one, rescue(attempt=2)]
    assert [line["step"] for line in run.records(run.log)] == [2, 4]
    assert str(one) == "collapsed after round 10: back to round 4 with lr=1e-4 (slower)"


def test_a_setting_that_does_not_fit_is_refused():
    from zerosum.errors import UserError

    with pytest.raises(UserError, match="no such option"):
        changed(recipe("r1gan", "digits"), ["colour=red"])
    assert torch.get_num_threads() == 1
