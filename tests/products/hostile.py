"""Text that files from elsewhere may carry, and that no product may obey."""

from __future__ import annotations

from typing import Final

HOSTILE: Final = (
    "<script>alert(1)</script>", "</script><script>alert(2)</script>", "<SCRIPT SRC=x></SCRIPT>",
    "<img src=x onerror=alert(3)>", "<svg/onload=alert(4)>", '"><script>alert(5)</script>',
    "'><b onmouseover=alert(6)>", "</style><script>alert(7)</script>", "<!--", "-->", "]]>",
    "<![CDATA[<script>x</script>]]>", "<iframe src='//h'></iframe>", "<a href='javascript:1'>x</a>",
    "&lt;script&gt;", "&amp;&#60;", "&quot;", "{{ 7 * 7 }}", "{% raw %}", "{# x #}", "${7*7}",
    "<%= 7 %>", "`id`", "%s%d%n", "=1+1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"x\",\"y\")",
    "@SUM(1+1)*cmd", "+1+1", "-1+1", "-5", "+8613800000000", "\t=1+1", "\r=1+1", "\n=1+1",
    " =1+1", "\u3000=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "=\"\"", "'=1+1", ";=1+1", "|calc",
    "a,b;c\td", 'say "no"', "it's", "two\nlines", "two\r\nlines", "old\rmac", "nul\x00here",
    "bell\x07", "escape\x1b[31m", "delete\x7f", "next\x85line", "\u202egpj.exe", "\u2066x\u2069",
    "\u200fmark", "\ufeffbom", "bad\ufffe\uffff", "half\ud800", "🏭工厂", "𠮷野", "é" * 3,
    "'; DROP TABLE parcels; --", "Robert'); --", "../../x", "C:\\x\\y", "file:///x", "NULL", "nan",
    "001", "00.10", "1e5", "330781002000001234", "TRUE", "2026-01-01", "[1]", "[Red]0", "&P &N &&",
    " blanks ", "", "x" * 40_000,
)  # fmt: skip
