"""Published versions are immutable and numbered; nobody's edit is undone without a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.world import PLAN, World, build
from workflow.model import Refusal
from workflow.service import FaultsFound


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    world = build(database_url, tmp_path, "2026-11-20 08:00")
    yield world
    world.close()


def exported(world: World, name: str = PLAN, version: int | None = None) -> str:
    text: str = world.service.export(name, version)["text"]
    return text


def publish(world: World, text: str, file: str = "plan.yaml") -> dict[str, Any]:
    (done,) = world.publish({file: text})
    return done


def test_an_exported_text_published_again_changes_nothing(world: World) -> None:
    before = world.dump()
    done = publish(world, exported(world))
    assert (done["kind"], done["name"], done["version"], done["changed"]) == ("plan", PLAN, 1, False)
    assert world.dump() == before


def test_line_ends_and_composed_letters_make_no_new_version(world: World) -> None:
    import unicodedata

    text = unicodedata.normalize("NFD", exported(world)).replace("\n", "\r\n")
    assert not publish(world, text)["changed"]


def test_an_edit_of_the_newest_is_the_next_version_and_the_old_one_stays_as_it_was(world: World) -> None:
    first = exported(world)
    done = publish(world, first.replace("number:", "number: 1234/KH-UBND"))
    assert (done["version"], done["changed"]) == (2, True)
    assert "1234/KH-UBND" in exported(world)
    assert exported(world, version=1) == first


def test_an_edit_of_an_older_version_is_refused_and_nothing_is_published(world: World) -> None:
    mine = theirs = exported(world)
    publish(world, theirs + "# của người khác\n")
    before = world.dump()
    with pytest.raises(Refusal) as refused:
        world.publish({"plan.yaml": mine + "# của tôi\n", "agencies.yaml": exported(world, "agencies") + "# thêm\n"})
    assert (refused.value.code, refused.value.params["made_from"], refused.value.params["newest"]) == (
        "made-from-older",
        1,
        2,
    )
    assert world.dump() == before


def test_a_text_without_a_marker_may_follow_the_first_version_only(world: World) -> None:
    plain = exported(world).split("\n", 1)[1]
    assert publish(world, plain + "# một\n")["version"] == 2
    with pytest.raises(Refusal, match="made-from-older"):
        publish(world, plain + "# hai\n")


def test_open_cases_keep_the_version_they_were_opened_under(world: World) -> None:
    text = exported(world, "task-area").replace("vi: Đang thực hiện", "vi: Đang làm")
    assert publish(world, text, "task-area.yaml")["version"] == 2
    world.live("2026-12-15 00:00")
    (old,), (new,) = (
        {(c["version"], c["plan_version"]) for c in world.service.cases(cycle=cycle)} for cycle in ("2026", "2027")
    )
    assert (old, new) == ((1, 1), (2, 1))


def test_faults_are_all_told_and_nothing_is_published(world: World) -> None:
    before = world.dump()
    text = exported(world).replace("so-tttt", "so-ttt").replace("before: 12-20", "before: 12-10")
    with pytest.raises(FaultsFound) as found:
        world.publish({"plan.yaml": text, "agencies.yaml": exported(world, "agencies") + "# thêm\n"})
    assert len(found.value.faults) >= 2
    assert world.dump() == before


def test_a_new_directory_that_takes_an_agency_from_a_plan_in_force_is_refused(world: World) -> None:
    lines = [line for line in exported(world, "agencies").splitlines() if "so-ngoai-vu" not in line]
    with pytest.raises(FaultsFound) as found:
        publish(world, "\n".join(lines) + "\n", "agencies.yaml")
    assert any("so-ngoai-vu" in str(fault) for fault in found.value.faults)


def test_a_second_plan_opens_its_own_round_at_its_first_publication(world: World) -> None:
    text = exported(world).split("\n", 1)[1].replace(f"plan: {PLAN}", "plan: lam-nghiep")
    done = publish(world, text, "lam-nghiep.yaml")
    assert done["opened"] == ["lam-nghiep/2026"]
    assert len(world.service.cases(plan="lam-nghiep")) == 6
    assert len(world.service.cases(plan=PLAN)) == 6


def test_init_again_leaves_what_was_published_alone(world: World) -> None:
    publish(world, exported(world) + "# sửa\n")
    before = world.dump()
    done = world.service.init("test")
    assert (done["created"], done["published"], done["opened"]) == (False, [], [])
    assert world.dump() == before


def test_a_name_that_nobody_published_is_refused_with_the_nearest(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        world.service.export("bauxite-alumin")
    assert refused.value.params["near"] == PLAN
    with pytest.raises(Refusal, match="no-version"):
        world.service.export(PLAN, 7)
