"""Sentences that no report may leave out (`domain.md` §0, §1.6)."""

from __future__ import annotations

from typing import Final

EVERYWHERE: Final = (
    (
        ("本表为疑似线索，供核实与征询用。用地是否闲置，须依合同、台账与现场调查认定；"
        "影像、灯光与公开数据不能代替认定。"),
        ("These are leads to be checked. Whether land is idle in law is decided by contracts, "
        "ledgers and an investigation on site; imagery, lights and open data cannot decide it."),
    ),
    (
        "得分、证据覆盖与稳健性是三个分开的数；缺失的资料列明，不以零代替。",
        ("Score, coverage and robustness are three separate numbers; what is missing is named, "
        "never counted as zero."),
    ),
    (
        "夜间灯光的像元远大于一般地块（北纬 29° 处约 280 亩），不作为单个地块的判定证据。",
        ("A night-light pixel is far larger than a parcel (about 280 mu at 29° N); light never "
        "decides a single parcel."),
    ),
)  # fmt: skip

CHINA: Final = (
    (
        ("闲置土地：超过约定动工开发日期满一年未动工开发，或已动工但开发面积不足三分之一（或投资额"
        "不足四分之一）且中止满一年（国土资源部令第 53 号）；须经调查与认定程序，本表不作认定。"),
        ("Idle land in law: no start one year after the contract date, or less than a third built "
        "(or a quarter invested) and stopped for a year (Ministry order 53). That takes an "
        "investigation and a formal decision; this list takes none."),
    ),
    (
        ("涉及农村住户的，仅为征询意愿的候选：搬迁须农户自愿，禁止强迫农村村民搬迁退出宅基地"
        "（土地管理法实施条例第 36 条）。"),
        ("Where rural households are concerned these are candidates for consultation only: moving "
        "is voluntary by law (Land Administration Law, implementing regulation, art. 36)."),
    ),
    (
        ("集体土地整治须经三分之二以上成员或代表同意，合法建筑须所有权人同意"
        "（浙江省土地整治条例第 15 条）。"),
        ("Consolidating collective land needs two thirds of members or representatives, and the "
        "owner's consent for lawful buildings (Zhejiang consolidation regulation, art. 15)."),
    ),
    (
        ("宅基地一户一宅，面积上限：占用耕地 125 m²、其他土地 140 m²、山区荒地荒坡 160 m²"
        "（浙江省土地管理条例第 55 条）。"),
        ("One homestead per household, at most 125 m² on cropland, 140 m² on other land, 160 m² "
        "on hill waste land (Zhejiang land administration regulation, art. 55)."),
    ),
)  # fmt: skip


def guard_rails(*, adcode: str) -> tuple[tuple[str, str], ...]:
    """Return the (zh, en) sentences; those resting on Chinese law only where there is an adcode."""
    return (*EVERYWHERE, *CHINA) if adcode else EVERYWHERE
