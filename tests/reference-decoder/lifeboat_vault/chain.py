"""Which restore point is the newest, and whether its history holds (§7)."""

from dataclasses import dataclass
from datetime import datetime

from .errors import Refused
from .objects import Head
from .report import Report
from .signed import Signed


@dataclass(frozen=True)
class Witness:
    """A restore point that somebody saw: nothing older is accepted."""

    sequence: int
    hash: bytes


def newest(heads: dict[int, Signed[Head]], witness: Witness | None, now: datetime, report: Report) -> Head:
    """The newest head, its chain checked back to the oldest head that is left."""
    if not heads:
        raise Refused("no cloud holds a valid restore point")
    last = max(heads)
    for sequence in range(last, min(heads), -1):
        if not {sequence, sequence - 1} <= heads.keys():
            continue
        if heads[sequence].value.previous != heads[sequence - 1].hash:
            raise Refused(f"head {sequence} does not follow head {sequence - 1}")
    for gone in sorted(set(range(min(heads), last)) - heads.keys()):
        report.warn(f"no cloud holds head {gone}: the chain cannot be followed there")
    if min(heads) != 1:
        report.warn(f"the chain of heads begins at {min(heads)}")
    if witness:
        _check_witness(heads, last, witness)
    head = heads[last].value
    if head.expires < now:
        report.warn(f"the newest restore point expired at {head.expires.isoformat()}: backups have stopped")
    return head


def report_behind(heads: dict[int, Signed[Head]], clouds: list[int], report: Report) -> None:
    """Notes the clouds that lack the newest head."""
    have = {cloud for cloud, _ in heads[max(heads)].places}
    for cloud in clouds:
        if cloud not in have:
            report.damaged(cloud, f"it is behind: it has no valid head {max(heads)}")


def _check_witness(heads: dict[int, Signed[Head]], last: int, witness: Witness) -> None:
    if last < witness.sequence:
        raise Refused(f"the newest restore point is {last}, and {witness.sequence} was witnessed")
    if witness.sequence in heads and heads[witness.sequence].hash != witness.hash:
        raise Refused(f"restore point {witness.sequence} is not the one that was witnessed")
