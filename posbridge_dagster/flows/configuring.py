"""What a person may set for one run: the configuration of the ops that read and that write."""

import dagster as dg


class Reading(dg.Config):
    """How a source is read: what changed since the last time, or everything anew."""

    read_everything: bool = False


class Writing(dg.Config):
    """How a target is written: for good, or as a plan."""

    dry_run: bool = False


class BrakedWriting(Writing):
    """As Writing, with a brake that may be let go for this run."""

    release_brake: bool = False
