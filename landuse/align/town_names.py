"""Names of towns made comparable: blanks, widths, administrative suffixes, ethnic groups."""

from __future__ import annotations

import re
import unicodedata

# The 56 recognised groups of China (GB/T 3304), and the ways town names write some of them.
ETHNIC_GROUPS = (
    "汉族", "蒙古族", "回族", "藏族", "维吾尔族", "苗族", "彝族", "壮族", "布依族", "朝鲜族",
    "满族", "侗族", "瑶族", "白族", "土家族", "哈尼族", "哈萨克族", "傣族", "黎族", "傈僳族",
    "佤族", "畲族", "高山族", "拉祜族", "水族", "东乡族", "纳西族", "景颇族", "柯尔克孜族", "土族",
    "达斡尔族", "仫佬族", "羌族", "布朗族", "撒拉族", "毛南族", "仡佬族", "锡伯族", "阿昌族",
    "普米族", "塔吉克族", "怒族", "乌孜别克族", "俄罗斯族", "鄂温克族", "德昂族", "保安族",
    "裕固族", "京族", "塔塔尔族", "独龙族", "鄂伦春族", "赫哲族", "门巴族", "珞巴族", "基诺族",
)  # fmt: skip
_ALSO_WRITTEN = ("畬族", "蒙族", "维族", "回民", "达翰尔族", "各族", "民族")
_OFFICES = ("人民政府", "政府", "办事处")
_SUFFIXES = ("街道", "镇", "乡", "苏木", "地区")
_ETHNIC = re.compile(
    "(?:" + "|".join(sorted(ETHNIC_GROUPS + _ALSO_WRITTEN, key=len, reverse=True)) + ")+$"
)


def plain_name(name: str) -> str:
    """Return a name in one width and case, without blanks of any kind."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(
        mark for mark in text if not mark.isspace() and unicodedata.category(mark) != "Cf"
    )


def stem_of(name: str) -> str:
    """Return a plain name without its administrative suffix and ethnic groups.

    水亭乡 and 水亭畲族乡 both have the stem 水亭, so have 女埠镇 and 女埠街道办事处 the stem 女埠.
    Nothing is taken that would leave no name.
    """
    stem = plain_name(name)
    for office in _OFFICES:
        stem = _without(stem, office)
    for suffix in _SUFFIXES:
        if stem.endswith(suffix) and len(stem) > len(suffix):
            stem = stem.removesuffix(suffix)
            break
    return _ETHNIC.sub("", stem) or stem


def _without(text: str, suffix: str) -> str:
    return text.removesuffix(suffix) if len(text) > len(suffix) else text
