"""Recordings: what happened in a cycle, as readable files, checked before anything is replayed."""

from grants.replay.recording.cast import Educator, School
from grants.replay.recording.loading import RECORDINGS, load
from grants.replay.recording.moments import Done, Moment
from grants.replay.recording.stage import StageRecord
from grants.replay.recording.whole import Recording

__all__ = ["RECORDINGS", "Done", "Educator", "Moment", "Recording", "School", "StageRecord", "load"]
