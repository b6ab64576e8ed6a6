"""What puts applications of equal mean in order when no rule of the program does: a lot that anyone can draw again.

The panel's list and the slate draw the same one.
"""

import hashlib


def lot_of(seed: str, public_id: str) -> str:
    """An application's lot, 64 hexadecimal digits: SHA-256 of "seed:id". The smaller lot comes first.

    Nobody's lot hangs on who else is in.
    """
    return hashlib.sha256(f"{seed}:{public_id}".encode()).hexdigest()
