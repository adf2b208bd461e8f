"""What a reader noticed on the way: damaged clouds, and warnings that do not stop it."""

from dataclasses import dataclass, field


@dataclass
class Report:
    """Findings, each kept once."""

    damage: dict[int, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def damaged(self, cloud: int, what: str) -> None:
        """Notes that something on a cloud is missing or bad."""
        found = self.damage.setdefault(cloud, [])
        if what not in found:
            found.append(what)

    def warn(self, text: str) -> None:
        """Notes something that a person should know."""
        if text not in self.warnings:
            self.warnings.append(text)

    def lines(self) -> list[str]:
        """Everything noticed, a line each."""
        damage = [f"cloud {cloud} is damaged: {'; '.join(found)}" for cloud, found in sorted(self.damage.items())]
        return damage + [f"warning: {text}" for text in self.warnings]
