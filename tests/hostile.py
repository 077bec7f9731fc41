"""Texts that a stranger may type, and that must be shown as text, in one line, of that person."""

MARKUP = (
    '<img src="/dev/zero">',
    "<img src=file:///etc/hostname>",
    "<b>ACTIVE</b>",
    '<a href="https://evil.example">click</a>',
    "<table><tr><td>x</td></tr></table>",
    "<!-- hidden -->",
    "&lt;b&gt; &amp;",
    "<html><body style='background:red'>",
    "<s>struck</s> &nbsp; <br>",
    "<script>alert(1)</script>",
)
"""Qt's labels guess their format by such beginnings."""

SECOND_LINES = (
    "Amara\u2028ACTIVE until 2030",
    "Amara\u2029ACTIVE until 2030",
    "Amara\x0bACTIVE until 2030",
    "Amara\x0cACTIVE until 2030",
    "Amara\x85ACTIVE until 2030",
    "Amara\rACTIVE until 2030",
    "Amara\x1eACTIVE until 2030",
)
"""Texts that would be drawn in two lines."""

UNSEEN = (
    "Amara \u202eEVITCA",
    "\u2066Amara\u2069",
    "A\u00admara",
    "Ama\ufeffra",
    "Ama\u2060ra",
    "Amara\u200e\u200f",
    "Ama\x00ra",
    "Ama\x1b[31mra",
    "Amara\U000e0041",
)
"""Texts with characters that are not seen, or that reorder others."""

GOOD = (
    "Amara Okafor",
    "علی\u200cرضا محمدی",
    "क्\u200dष अनिता",
    "👨\u200d👩\u200d👧 family",
    "Nguyễn Thị Minh Khai",
    "שרה כהן",
    "山田 太郎",
    "Þórr & Søn",
    "O’Neill-D’Angelo",
)
"""Names as they are, which must not be changed."""

LONG = ("x" * 10_000, "wide 字 " * 1_500, "😀" * 3_000)

EVERY = (*MARKUP, *SECOND_LINES, *UNSEEN, *LONG)
