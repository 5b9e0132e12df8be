"""The field's terms in Chinese are those of the trade, and one thing has one name."""

import pytest

from tests.web.test_translations import chinese

TERMS = {
    "Collector": "催收员",
    "Team leader": "组长",
    "Supervisor": "主管",
    "Quality reviewer": "质检员",
    "Compliance officer": "合规专员",
    "Legal officer": "法务",
    "Auditor": "审计员",
    "Data steward": "数据管理员",
    "Field collector": "外访员",
    "Borrower": "借款人",
    "Co-borrower": "共同借款人",
    "Guarantor": "保证人",
    "Contact person": "联系人",
    "Contact records": "催记",
    "Days past due": "逾期天数",
    "Promised to pay": "承诺还款",
    "Asked to be called back": "约定回电",
    "Disputes the debt": "异议",
    "Spoke of hardship": "经济困难",
    "No answer": "无人接听",
    "Refusals": "合规拦截",
    "Approvals": "复核",
    "With a third party": "第三人",
    "Consent": "同意",
}


@pytest.mark.parametrize(("english", "term"), TERMS.items())
def test_a_term_is_the_one_of_the_trade(english: str, term: str) -> None:
    assert term in chinese()[english]


def test_preservation_of_assets_is_never_said_of_keeping_data() -> None:
    """财产保全 is a measure of a court; holding evidence is 证据保留."""
    said = {english: word for english, word in chinese().items() if "保全" in word}
    assert all("asset" in english.lower() for english in said), said


def test_a_contact_record_has_one_name() -> None:
    said = {word for english, word in chinese().items() if "contact record" in english.lower()}
    assert said
    assert {word for word in said if "催收记录" in word or "联系记录" in word} == set()
