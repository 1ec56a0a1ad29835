"""What the supply ledger can say: the eight states, the rules, and the numbers they rest on."""

from __future__ import annotations

from dataclasses import dataclass

from landuse.core.settings import Settings
from landuse.indicators.measured import Limit

SUPPLIED, CONVERTED, UNUSED, IN_USE = "供地", "农转用", "供而未用", "已供已用"
UNFINISHED, IDLE, UNSUPPLIED, LOW = "用而未尽", "闲置土地", "批而未供", "低效用地"

LAND_STATES: dict[str, str] = {
    SUPPLIED: "supplied",
    CONVERTED: "converted",
    UNUSED: "unused",
    IN_USE: "in_use",
    UNFINISHED: "unfinished",
    IDLE: "idle",
    UNSUPPLIED: "unsupplied",
    LOW: "low_efficiency",
}
"""The eight words of a bureau's screen and the stem of their columns (domain.md §1.1)."""

NOT_SUPPLIED = (CONVERTED, UNSUPPLIED)

IDLE_2Y, IDLE_1Y, IDLE_STOP = "LEDGER_IDLE_2Y", "LEDGER_IDLE_1Y", "LEDGER_IDLE_STOP"
IDLE_RULES = (IDLE_2Y, IDLE_1Y, IDLE_STOP)

STATE_OF: dict[str, str] = {
    "AFTER_AS_OF": "",
    "APPROVED": CONVERTED,
    "APPROVED_NOT_SUPPLIED": UNSUPPLIED,
    "DATES_INCOMPLETE": SUPPLIED,
    "NOT_YET_DUE": SUPPLIED,
    "SUPPLIED_NOT_STARTED": UNUSED,
    IDLE_1Y: IDLE,
    IDLE_2Y: IDLE,
    IDLE_STOP: IDLE,
    "STOP_SEEN": UNFINISHED,
    "STOP_TO_CHECK": UNFINISHED,
    "STOPPED": UNFINISHED,
    "OVERDUE": UNFINISHED,
    "IN_TIME": IN_USE,
    "STARTED": IN_USE,
    "DONE": IN_USE,
}
"""The state that each rule on dates leads to; "" is no state."""

PROVES_USE = ("STOPPED", "STOP_SEEN", "OVERDUE", "IN_TIME", "STARTED", "DONE")
DECLARED = "DECLARED"

ORDER_NO_53 = "国土资源部令第53号（caixin 2012-06-07 100398183）"


class LedgerLimits(Settings):
    """The numbers of the ledger rules (domain.md §1.1)."""

    idle_years: Limit = Limit(value=1, unit="years", source=f"{ORDER_NO_53} I-1", mark="V")
    long_idle_years: Limit = Limit(value=2, unit="years", source=f"{ORDER_NO_53} I-4", mark="V")
    stop_years: Limit = Limit(value=1, unit="years", source=f"{ORDER_NO_53} I-2", mark="V")
    stop_built_share: Limit = Limit(
        value=1 / 3,
        unit="share of parcel area, below",
        source=f"{ORDER_NO_53} I-2；用于影像建成占比为本软件建议 (for imagery: proposed here)",
        mark="P",
    )
    stop_invested_share: Limit = Limit(
        value=0.25, unit="share of total investment, below", source=f"{ORDER_NO_53} I-2", mark="V"
    )
    grace_days: Limit = Limit(
        value=0,
        unit="days",
        source="本软件建议 proposed here：规定无宽限 (the rule knows no grace)",
        mark="P",
    )
    approved_years: Limit = Limit(
        value=2,
        unit="years",
        source="本软件建议 proposed here；国发〔2004〕28号：批准后两年未用即失效 (from memory)",
        mark="P",
    )
    silent_rows: Limit = Limit(
        value=20,
        unit="rows",
        source="本软件建议 proposed here：多行皆无开工竣工 (not one start in so many)",
        mark="P",
    )
    area_difference: Limit = Limit(
        value=0.2,
        unit="share of parcel area",
        source="proposed here: a contract for another area may be for another parcel",
        mark="P",
    )


@dataclass(frozen=True)
class Doubt:
    """Something about the dates of a row that cannot be right, or that was read into them."""

    zh: str
    en: str
    kind: str = "doubt"


DOUBTS: dict[str, Doubt] = {
    "START_BEFORE_CONTRACT": Doubt(
        "实际开工早于合同签订", "the actual start lies before the contract"
    ),
    "DUE_BEFORE_CONTRACT": Doubt(
        "约定开工早于合同签订", "the agreed start lies before the contract"
    ),
    "DUE_BEFORE_DELIVERY": Doubt(
        "约定开工早于约定交地", "the agreed start lies before the agreed delivery of the land"
    ),
    "FINISH_DUE_BEFORE_START_DUE": Doubt(
        "约定竣工早于约定开工", "the agreed completion lies before the agreed start"
    ),
    "FINISH_WITHOUT_START": Doubt(
        "有竣工无开工记录，视为已开工（登记滞后）",
        "completion without a start: a start is implied (the register lags)",
        "note",
    ),
    "STOP_WITHOUT_START": Doubt(
        "有中止时间无开工记录，视为已开工",
        "a stop of works without a start: a start is implied",
        "note",
    ),
    "FINISH_BEFORE_START": Doubt(
        "实际竣工早于实际开工", "the actual completion lies before the actual start"
    ),
    "STOP_BEFORE_START": Doubt(
        "中止时间早于实际开工，未采用", "the stop of works lies before the start: not used"
    ),
    "SEEN_UNBUILT": Doubt(
        "开工已满一年无竣工，影像建成占比低于三分之一，可能已中止，须实地核查中止时间",
        "a year past the start without completion, and little built land is seen from above: works "
        "may have stopped, to be checked in the field",
    ),
    "BUILT_WITHOUT_START": Doubt(
        "无开工记录而影像建成占比不低，可能漏登开工，先核对登记",
        "no start on record, yet the built share from imagery is not small: the register may lag",
    ),
    "AFTER_AS_OF": Doubt(
        "有实际日期晚于分析基准日，当时尚未发生，未采用",
        "an actual date lies after the analysis date: not used",
    ),
    "INVESTMENT_UNREADABLE": Doubt(
        "已投资额或总投资额为负或为零，未采用", "an investment is negative or none: not used"
    ),
    "DECLARED_DIFFERS": Doubt(
        "台账登记的状态与日期推出的不一致，以登记为准",
        "the state the bureau wrote differs from what the dates say: the bureau's word stands",
    ),
    "DECLARED_UNKNOWN": Doubt(
        "台账登记的状态不在八种之内，未采用",
        "the state the bureau wrote is none of the eight: not used",
    ),
}
"""Every doubt by its code, in the order they are told."""

EXEMPT_CAUSES = ("政府", "不可抗力")
"""Words in a cause that rule out the charge and the taking back of land (I-5)."""
