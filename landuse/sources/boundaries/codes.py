"""Codes of counties (县级行政区划代码, GB/T 2260): six digits, and which are not counties."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from landuse.core.errors import Fault, LanduseError, fail, study_fault

PROVINCES: dict[str, str] = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区",
    "21": "辽宁省", "22": "吉林省", "23": "黑龙江省", "31": "上海市", "32": "江苏省",
    "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省", "37": "山东省",
    "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区",
    "46": "海南省", "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省",
    "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区", "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
}  # fmt: skip

CITIES_WITHOUT_COUNTIES: dict[str, str] = {
    "441900": "东莞市",
    "442000": "中山市",
    "460400": "儋州市",
    "620200": "嘉峪关市",
}
"""Cities that have no counties below them and are treated as one."""

_SHOWN = 6


def require_county_code(text: str) -> str:
    """Return a county code as six ASCII digits; blanks and full-width digits are taken.

    Raises
    ------
    LanduseError
        Exit code 2 if it is not six digits, of no province, or that of a province or a city.
    """
    code = unicodedata.normalize("NFKC", str(text)).strip()
    fault = _fault(code)
    if fault:
        raise fail(fault)
    return code


def _fault(code: str) -> Fault | None:
    if not (code.isascii() and code.isdigit()):
        return _said(code, "区划代码应为六位数字", "a county code has six digits")
    if len(code) in (9, 12):
        return _said(
            code, "这是乡镇或村的代码", "this is the code of a town or village",
            todo_zh=f"县级代码是前六位：{code[:6]}", todo_en=f"its county is {code[:6]}",
        )  # fmt: skip
    if len(code) != 6:
        return _said(code, "区划代码应为六位数字", "a county code has six digits")
    if code[:2] not in PROVINCES:
        near = sorted(PROVINCES, key=lambda known: (abs(int(known) - int(code[:2])), known))[:2]
        listed = "、".join(f"{known} {PROVINCES[known]}" for known in near)
        return _said(
            code, "没有这个省份代码", "no province has this code",
            todo_zh=f"相近的有 {listed}", todo_en=f"the nearest are {listed}",
        )  # fmt: skip
    if code.endswith("00") and code not in CITIES_WITHOUT_COUNTIES:
        level = ("省", "a province") if code.endswith("0000") else ("地级市", "a city")
        return _said(
            code, f"这是{level[0]}的代码，需要县（市、区）的代码",
            f"this is the code of {level[1]}; that of a county is needed",
            todo_zh="县级代码后两位不是 00，例如兰溪市 330781",
            todo_en="a county code does not end in 00, e.g. Lanxi 330781",
        )  # fmt: skip
    return None


def _said(
    code: str, zh: str, en: str, *, todo_zh: str = "例如兰溪市 330781",
    todo_en: str = "e.g. Lanxi 330781",
) -> Fault:  # fmt: skip
    return study_fault(zh, en, field="adcode", found=code, todo_zh=todo_zh, todo_en=todo_en)


def unknown_code(adcode: str, known: Mapping[str, str], *, where: str) -> LanduseError:
    """Return the error of a county code that a source does not have, with the nearest it has.

    Parameters
    ----------
    known : code -> name of every county of the source.
    where : the source, for the message.
    """
    near = nearest_codes(adcode, known)
    listed = "、".join(f"{code} {known[code]}" for code in near) or "-"
    return fail(
        study_fault(
            f"{where} 里没有这个县级代码",
            f"{where} has no county of this code",
            field="adcode",
            found=adcode,
            todo_zh=f"相近的有 {listed}；撤并过的县请用新代码，或给出县界文件",
            todo_en=f"the nearest are {listed}; a county that was merged has a new code, or give "
            "a file of the boundary",
        )
    )


def nearest_codes(adcode: str, known: Iterable[str]) -> list[str]:
    """Return the nearest known codes: of the same city, then of the province, then by number."""

    def distance(code: str) -> tuple[int, int, str]:
        shared = 2 * (code[:4] == adcode[:4]) + (code[:2] == adcode[:2])
        typos = sum(a != b for a, b in zip(code, adcode, strict=True))
        return typos - shared, abs(int(code) - int(adcode)), code

    return sorted(known, key=distance)[:_SHOWN]
