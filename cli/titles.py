"""The plan's own words for states, acts and deadlines, where the service's documents give only their names."""

from __future__ import annotations

from typing import Any

from cli.compose import App


def titled(app: App, case: dict[str, Any], lang: str) -> dict[str, Any]:
    """A copy of a summary, or of what `show` gives, with the titles that its workflow's version has."""
    with app.database.read() as connection:
        workflow = app.service.library.machine(connection, case["workflow"], case["version"]).definition
    states = {name: state.in_(lang) for name, state in workflow.states.items()}
    acts = {name: t.title.in_(lang) for name, t in workflow.transitions.items() if t.title is not None}
    deadlines = {name: d.title.in_(lang) for name, d in workflow.deadlines.items() if d.title is not None}
    more: dict[str, Any] = {"due_titles": deadlines}
    if "events" in case:
        more["events"] = [
            {"title": acts.get(e["trigger"]), "from_title": states.get(e["from"]), "to_title": states.get(e["to"])}
            | {"deadline_title": deadlines.get(str((e.get("data") or {}).get("deadline")))}
            | e
            for e in case["events"]
        ]
    if "obligations" in case:
        more["obligations"] = [{"title": deadlines.get(o["name"])} | o for o in case["obligations"]]
    return case | more
