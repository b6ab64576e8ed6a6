"""Panel meetings: the agenda, the room, what is discussed, moved and voted there, and the minutes."""
