"""Files as they come: encodings, quotes, columns, widths."""

import pytest

from crm.gate.errors import Invalid
from crm.loans.imports.reading import QUOTES, UNCLOSED, UNUSABLE, WIDTH, Reject, encoding_of, rows
from tests.loans.files import source_of


def read(content: str | bytes, needed: tuple[str, ...] = ("a", "b"), encoding: str = "utf-8-sig"):
    return list(rows(source_of(content)(), encoding, ",", set(needed)))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_the_encoding_is_found(encoding: str, found: str) -> None:
    raw = "姓名,金额\n陈静,1\n".encode(encoding)
    chosen = encoding_of(source_of(raw)())
    assert chosen == found
    (row,) = rows(source_of(raw)(), chosen, ",", {"姓名"})
    assert row.cells == {"姓名": "陈静", "金额": "1"}


def test_a_file_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(Invalid) as no:
        encoding_of(source_of("姓名\n".encode("utf-16"))())
    assert "UTF-8 or GB18030" in no.value.fields["file"][0]


@pytest.mark.parametrize(
    ("content", "names"),
    [("a\n1\n", {"missing_columns": ["b"]}), ("a,b,b\n1,2,3\n", {"doubled_columns": ["b"]})],
)
def test_columns_that_are_missing_or_doubled_are_named(content, names) -> None:
    with pytest.raises(Invalid) as no:
        read(content)
    assert {name: no.value.fields[name] for name in names} == names


@pytest.mark.parametrize("content", ["", '"a\n', ",".join(f"c{n}" for n in range(401))])
def test_a_file_without_a_usable_first_line_is_refused(content: str) -> None:
    with pytest.raises(Invalid):
        read(content)


def test_a_broken_line_is_named_and_the_next_is_read() -> None:
    found = read('a,b\n"x"y,2\n3,4\n')
    assert found[0] == Reject(2, None, "", QUOTES.reason, QUOTES.hint)
    assert found[1].cells == {"a": "3", "b": "4"}


def test_a_quote_that_is_never_closed_says_that_lines_are_lost() -> None:
    found = read('a,b\n1,2\n"3,4\n5,6\n')
    assert [type(one).__name__ for one in found] == ["Row", "Reject"]
    assert (found[1].line, found[1].reason) == (3, UNCLOSED.reason)


def test_lines_of_another_width_are_refused_and_empty_ones_passed_over() -> None:
    found = read("a,b\n1,2,3\n\n , \n4,5\n")
    assert [one.line for one in found] == [2, 5]
    assert found[0].reason == WIDTH.reason


@pytest.mark.parametrize("cell", ["x" * 4001, "a\x00b"])
def test_a_cell_that_is_too_long_or_no_text_is_refused(cell: str) -> None:
    (found,) = read(f"a,b\n{cell},1\n")
    assert (found.line, found.column, found.value, found.reason) == (2, "a", "", UNUSABLE.reason)


def test_a_value_over_several_lines_keeps_the_line_it_began_on() -> None:
    found = read('a,b\n"1\n2",3\n4,5\n')
    assert [one.line for one in found] == [2, 4]
