import pytest

from zerosum.metrics.metric import binomial


def test_the_error_of_a_share_is_that_of_agresti_and_coull():
    assert binomial(0.25, 100) == pytest.approx((27 / 104 * 77 / 104 / 104) ** 0.5)
    assert binomial(0.5, 1_000_000) == pytest.approx(0.0005, rel=1e-5)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_none_or_all_has_an_error_too(share):
    assert binomial(share, 100) == pytest.approx((2 / 104 * 102 / 104 / 104) ** 0.5)
