"""What each player of a game is worth: exact Shapley values and pairwise interactions, for many games at once.

A game of n players is an array of 2^n worths, by coalition: bit i of a place says whether player i is in. Further
axes are further games: everything here is linear in the worths, so frames and bootstrap samples go through together.
"""

from __future__ import annotations

from math import comb

import numpy as np


def players_of(worths: np.ndarray) -> int:
    """Return n of an array of 2^n worths."""
    return len(worths).bit_length() - 1


def shapley(worths: np.ndarray) -> np.ndarray:
    """Return the Shapley value of every player, (n, ...) for worths (2^n, ...).

    The mean, over all orders in which n players may join, of what a player adds on joining:
    sum over S without i of |S|! (n - |S| - 1)! / n! * (v(S + i) - v(S)). The values of a game sum to
    v(all) - v(none). Source: Shapley, A Value for n-Person Games, 1953.
    """
    worths = np.asarray(worths, np.float64)
    n = players_of(worths)
    masks = np.arange(len(worths))
    values = np.zeros((n, *worths.shape[1:]))
    for player in range(n):
        without = masks[masks & 1 << player == 0]
        added = worths[without | 1 << player] - worths[without]
        values[player] = np.tensordot(_weights(without, n - 1), added, axes=1)
    return values


def interactions(worths: np.ndarray) -> np.ndarray:
    """Return the Shapley interaction index of every pair, (n, n, ...) for worths (2^n, ...); 0 on the diagonal.

    The mean of v(S + i + j) - v(S + i) - v(S + j) + v(S), weighted as the value is, over the S without i and j.
    Below 0: the two cost less together than one by one, since one hides the other; above 0: they need each other.
    Source: Grabisch and Roubens, An axiomatic approach to the concept of interaction among players in cooperative
    games, 1999.
    """
    worths = np.asarray(worths, np.float64)
    n = players_of(worths)
    masks = np.arange(len(worths))
    found = np.zeros((n, n, *worths.shape[1:]))
    for i in range(n):
        for j in range(i):
            one, other = 1 << i, 1 << j
            without = masks[masks & (one | other) == 0]
            both = worths[without | one | other] - worths[without | one] - worths[without | other] + worths[without]
            found[i, j] = found[j, i] = np.tensordot(_weights(without, n - 2), both, axes=1)
    return found


def _weights(coalitions: np.ndarray, others: int) -> np.ndarray:
    """Return |S|! (m - |S|)! / (m + 1)! = 1 / ((m + 1) C(m, |S|)) of coalitions S out of m = `others` players."""
    return np.array([1 / ((others + 1) * comb(others, int(size))) for size in np.bitwise_count(coalitions)])
