"""States of the United States, as addresses name them. Pure."""

import re
from typing import Final

_NAMES: Final = """
AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia
FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine
MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada
NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon
PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia
WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands
PR Puerto Rico|VI U.S. Virgin Islands|VI Virgin Islands|AA Armed Forces Americas|AE Armed Forces Europe
AP Armed Forces Pacific
"""
_CODES: Final = {
    _plain: code
    for code, name in (one.split(" ", 1) for one in re.split(r"[|\n]", _NAMES.strip()))
    for _plain in (code.lower(), name.lower().replace(".", ""))
}


def state_code(typed: str) -> str | None:
    """The two letters of a state, territory or military region by its letters or its name; None for anything else.

    >>> state_code("california"), state_code("D.C."), state_code("ca"), state_code("Californiaa")
    ('CA', 'DC', 'CA', None)
    """
    return _CODES.get(" ".join(typed.lower().replace(".", "").split()))
