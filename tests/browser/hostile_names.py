"""Two hundred strings that a name from elsewhere may carry, and that no page may obey."""

from __future__ import annotations

import re
from typing import Final

from tests.products.hostile import HOSTILE

_CALLS: Final = ("alert(1)", "window.hacked=1", "document.title='x'")
_AROUND: Final = (
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", '"><svg onload={}>',
    "'><img src=x onerror={}>", "</title><script>{}</script>", "</textarea><script>{}</script>",
    "</noscript><script>{}</script>", "<body onload={}>", "<details open ontoggle={}>",
    "<video><source onerror={}>", "<input autofocus onfocus={}>", "<marquee onstart={}>",
    "<iframe srcdoc='<script>{}</script>'>", "<object data='javascript:{}'>",
    "<a href='javascript:{}'>x</a>", "<form action='javascript:{}'><button>", "javascript:{}",
    "data:text/html,<script>{}</script>", "<math><mi xlink:href='javascript:{}'>",
    "<style>@import 'javascript:{}'</style>", "<base href='javascript:{}//'>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>", "`${{{}}}`", "${{{}}}", "#{{{}}}",
    "{{{{constructor.constructor('{}')()}}}}", "{{% for x in [{}] %}}", "{{{{ {} }}}}",
    "<%= {} %>", "\\u003cscript\\u003e{}\\u003c/script\\u003e", "&lt;script&gt;{}&lt;/script&gt;",
    "%3Cscript%3E{}%3C/script%3E", "\"-{}-\"", "'-{}-'", "\\';{};//", "*/{}/*", "//\n{}//",
    "]]><script>{}</script>", "<!--><script>{}</script>-->", "\u202e{}\u202c<b>", "\x00<script>{}",
)  # fmt: skip
NAMES: Final = tuple(
    text
    for text in HOSTILE
    if text.strip() and len(text) < 1_000 and not re.search("[\ud800-\udfff]", text)
) + tuple(around.format(call) for around in _AROUND for call in _CALLS)
