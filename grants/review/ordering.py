"""What puts applications of equal mean in order when no rule of the program does, and what a blind panel calls them.

Both are drawn by lot, and anyone can draw them again. The panel's list and the slate draw the same order.
"""

import hashlib
from typing import Final

LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ23456789"
"""What a code is made of: no vowels, so that it is no word, and nothing that is taken for something else."""


def lot_of(seed: str, public_id: str) -> str:
    """An application's lot, 64 hexadecimal digits: SHA-256 of "seed:id". The smaller lot comes first.

    Nobody's lot hangs on who else is in.
    """
    return hashlib.sha256(f"{seed}:{public_id}".encode()).hexdigest()


def as_others_say(title: str) -> str:
    """A form’s title, which speaks to the applicant, as somebody else says it.

    >>> as_others_say("Your idea"), as_others_say("Blueprint"), as_others_say("Your")
    ('Idea', 'Blueprint', 'Your')
    """
    words = title.removeprefix("Your ")
    return words[:1].upper() + words[1:]


def code_of(seed: str, public_id: str) -> str:
    """What a blind panel calls an application: four of LETTERS, the same to everyone and for good.

    Of thirty applications, two share one once in 1,400 panels; nothing but their names hangs on it.

    >>> code_of("oakland/launch", "n5dx9aewi5w8czfmjqxp")
    'FC5Q'
    """
    drawn = int(hashlib.sha256(f"{seed}:called:{public_id}".encode()).hexdigest(), 16)
    return "".join(LETTERS[drawn // len(LETTERS) ** place % len(LETTERS)] for place in range(4))
