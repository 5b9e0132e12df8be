"""Who is counted with whom, in whose file merged people are read, and which pairs are new."""

from uuid import UUID

import pytest

from crm.borrowers.rules.matching import (
    Groups,
    counted_with,
    main_of,
    new_pairs,
    pair_of,
)

A, B, C, D, E = (UUID(int=n) for n in range(1, 6))


def test_a_pair_is_kept_in_one_order() -> None:
    assert pair_of(B, A) == pair_of(A, B) == (A, B)


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([], {}),
        ([(A, B)], {A: A, B: A}),
        ([(B, C)], {B: B, C: B}),
        ([(A, B), (B, C)], {A: A, B: A, C: A}),
        ([(C, D), (A, D)], {A: A, C: A, D: A}),
        ([(A, B), (C, D)], {A: A, B: A, C: C, D: C}),
        ([(A, B), (C, D), (B, C), (A, D)], {A: A, B: A, C: A, D: A}),
    ],
)
def test_who_is_counted_with_whom(pairs, told) -> None:
    assert counted_with(pairs) == told
    assert counted_with([(other, one) for one, other in reversed(pairs)]) == told


def test_nobody_alone_is_a_group() -> None:
    groups = Groups([(A, B)])
    assert groups.root(C) == C
    assert groups.members() == {A: [A, B]}
    assert not groups.join(B, A)
    assert groups.join(C, B)


@pytest.mark.parametrize(
    ("pairs", "chosen", "told"),
    [
        ([], [A], {}),
        ([(A, B)], [], {A: A, B: A}),
        ([(A, B)], [B], {A: B, B: B}),
        ([(A, B)], [C, B], {A: B, B: B}),
        ([(A, B), (B, C)], [C, B], {A: C, B: C, C: C}),
        ([(A, B), (C, D)], [D], {A: A, B: A, C: D, D: D}),
    ],
)
def test_in_whose_file_they_are_read(pairs, chosen, told) -> None:
    assert main_of(pairs, chosen) == told


@pytest.mark.parametrize(
    ("found", "together", "decided", "new"),
    [
        ([], [], [], []),
        ([(B, A)], [], [], [(A, B)]),
        ([(A, B), (A, B)], [], [], [(A, B)]),
        ([(A, B), (A, C), (B, C)], [], [], [(A, B), (A, C)]),  # no ring
        ([(A, B)], [(A, E), (B, E)], [], []),  # counted together by way of others
        ([(A, B)], [], [(A, B)], []),  # decided
        ([(A, B), (A, C), (B, C)], [], [(A, B)], [(A, C), (B, C)]),
        ([(A, B), (C, D)], [(A, D)], [], [(A, B), (C, D)]),
    ],
)
def test_which_pairs_are_new(found, together, decided, new) -> None:
    assert new_pairs(found, together, decided) == new
