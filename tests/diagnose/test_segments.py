"""Best cuts: by hand, by brute force over all ways, and beside a second opinion."""

from itertools import combinations

import numpy as np
import pytest

from kit.diagnose.segments import cuts, levels, split_gains


def cost(line, places):
    edges = [0, *places, len(line)]
    return sum(
        ((line[i:j] - line[i:j].mean()) ** 2).sum()
        for i, j in zip(edges, edges[1:], strict=False)
    )


def test_all_ways_of_cutting():
    rng = np.random.default_rng(1)
    lines = rng.normal(size=(12, 20))
    found = cuts(lines, most=3, least=2)
    for column, line in enumerate(lines.T):
        for count in (1, 2, 3):
            ways = [
                one for one in combinations(range(2, 11), count)
                if all(b - a >= 2 for a, b in zip(one, one[1:], strict=False))
            ]  # fmt: skip
            best = min(cost(line, one) for one in ways)
            assert found.costs[count, column] == pytest.approx(best)
            assert cost(line, found.places[count][:, column]) == pytest.approx(best)


def test_second_opinion_with_a_number_of_cuts_and_with_a_penalty():
    ruptures = pytest.importorskip("ruptures")
    rng = np.random.default_rng(2)
    for _ in range(60):
        line = rng.normal(size=40) + np.repeat(rng.normal(0, 2, 4), 10)
        found = cuts(line, most=9, least=3)
        theirs = ruptures.Dynp(model="l2", min_size=3, jump=1).fit(line)
        for count in (1, 2, 3):
            assert found.places[count][:, 0].tolist() == theirs.predict(n_bkps=count)[:-1]
        penalty = 3.0
        mine = int(np.argmin(found.costs[:, 0] + penalty * np.arange(10)))
        pelt = ruptures.Pelt(model="l2", min_size=3, jump=1).fit(line).predict(pen=penalty)
        assert found.places[mine][:, 0].tolist() == pelt[:-1]


def test_a_short_line_cannot_be_cut():
    assert np.isinf(cuts(np.arange(5.0), most=1).costs[1, 0])
    assert split_gains(np.arange(5.0)[:, None], within=(0, 5)).tolist() == [0.0]


def test_levels_and_gains_agree_with_the_cuts():
    line = np.random.default_rng(3).normal(size=(30, 5))
    found = cuts(line, most=1)
    assert split_gains(line, within=(0, 30)) == pytest.approx(found.costs[0] - found.costs[1])
    rest = ((line - levels(line, found.places[1])) ** 2).sum(axis=0)
    assert rest == pytest.approx(found.costs[1])
