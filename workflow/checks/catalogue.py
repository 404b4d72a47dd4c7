"""The definitions in view while some of them are checked, and the sheet that faults are noted on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from workflow.definition.calendar_text import CalendarText
from workflow.definition.directory import Directory
from workflow.definition.faults import MOST_FAULTS, Fault, Phrase, short, suggest
from workflow.definition.loading import Kind, Loaded
from workflow.definition.plan import Plan
from workflow.definition.reading import Path
from workflow.definition.workflow import Workflow

T = TypeVar("T")


@dataclass(frozen=True)
class Catalogue:
    """What names can refer to (`view`), and what was given to be checked."""

    view: Mapping[tuple[Kind, str], Loaded]
    given: tuple[Loaded, ...]
    dependants: bool = False
    """Report also what the given texts would break in plans that stand in the view."""

    @classmethod
    def of(
        cls,
        given: Iterable[Loaded],
        published: Iterable[Loaded] = (),
        shipped: Iterable[Loaded] = (),
        *,
        dependants: bool = False,
    ) -> Catalogue:
        """Given files stand before published versions, and those before what ships with the product."""
        given = tuple(given)
        view: dict[tuple[Kind, str], Loaded] = {}
        for loaded in (*shipped, *published, *reversed(given)):  # of two given files with one name, the first counts
            if loaded.kind is not None and loaded.name is not None:
                view[loaded.kind, loaded.name] = loaded
        return cls(view, given, dependants)

    def get(self, kind: Kind, name: str | None) -> Loaded | None:
        return self.view.get((kind, name)) if name is not None else None

    def names(self, kind: Kind) -> list[str]:
        """Of everything of that kind in view, faulty or not."""
        return [name for known, name in self.view if known == kind]

    def workflow(self, name: str | None) -> Workflow | None:
        return _as(Workflow, self.get("workflow", name))

    def calendar(self, name: str) -> CalendarText | None:
        return _as(CalendarText, self.get("calendar", name))

    def directory(self) -> Directory | None:
        return _as(Directory, self.get("agencies", "agencies"))

    def checked(self) -> list[Loaded]:
        """The given files, the workflows that a given plan runs on, and, if asked, the plans that stand on them."""
        found = list(self.given)
        plans = [loaded for loaded in found if isinstance(loaded.draft, Plan)]
        if self.dependants:
            plans = [loaded for loaded in self.view.values() if isinstance(loaded.draft, Plan)]
            found += plans
        for loaded in plans:
            for name in self.workflows_of(loaded.draft):
                workflow = self.get("workflow", name)
                found += [workflow] if workflow else []
        once = {id(loaded): loaded for loaded in found}
        return list(once.values())

    def workflows_of(self, plan: Any) -> list[str]:
        """The plan's workflow, the workflow of its rounds, that of its adjustment requests; those that are named."""
        if not isinstance(plan, Plan):
            return []
        area = self.workflow(plan.workflow)
        named = [plan.workflow, area.part_of if area else None, plan.adjustments]
        return [name for name in named if name is not None]


def _as(kind: type[T], loaded: Loaded | None) -> T | None:
    return loaded.draft if loaded is not None and isinstance(loaded.draft, kind) else None


@dataclass
class Sheet:
    """Notes the faults of one definition, each at its place in the file."""

    loaded: Loaded
    faults: list[Fault] = field(default_factory=list)

    def fault(self, code: str, *path: Any, key: bool = False, hint: Phrase | None = None, **params: Any) -> None:
        """At the value at `path`, or at its key; where the file has neither, at the nearest thing around it."""
        if self.full:
            return
        place = self.loaded.reading.place(self._original(path), key=key)
        self.faults.append(Fault(self.loaded.file, *place, code, params, hint))

    def unknown(self, code: str, path: Path, name: str, known: Iterable[str], *, key: bool = False) -> None:
        """A name that stands for nothing, with what was probably meant."""
        if not self.full:
            self.fault(code, *path, key=key, hint=suggest(name, known), name=short(name))

    @property
    def full(self) -> bool:
        return len(self.faults) + len(self.loaded.faults) >= MOST_FAULTS

    def each(self, path: Path, values: Iterable[Any]) -> Iterator[tuple[Path, Any]]:
        """(path, value) of a list, which may have been written as its only item."""
        for index, value in enumerate(values):
            yield (*path, index), value

    def repeats(self, path: Path, values: Iterable[str]) -> None:
        """A list that names the same thing twice."""
        seen: set[str] = set()
        for here, value in self.each(path, values):
            if value in seen:
                self.fault("listed-twice", *here, name=value)
            seen.add(value)

    def names(self, section: str) -> dict[str, None]:
        """The keys under `section` as written, also those whose entries are faulty: their names are no riddle."""
        written = (self.loaded.reading.data or {}).get(section)
        return dict.fromkeys(str(key) for key in written) if isinstance(written, dict) else {}

    def whole(self, *sections: str) -> bool:
        """Nothing in these sections had to be left out because of a fault, so that conclusions hold."""
        return not any(path[:1] in {(), *((name,) for name in sections)} for path in self.loaded.dropped)

    def _original(self, path: Path) -> Path:
        """Indices of a list whose faulty items were left out, as they stand in the file."""
        if len(path) > 1 and isinstance(path[1], int):
            index = path[1]
            for gone in sorted(cut[1] for cut in self.loaded.dropped if len(cut) > 1 and cut[0] == path[0]):  # type: ignore[type-var]
                index += gone <= index  # type: ignore[operator]
            return (path[0], index, *path[2:])
        return path
