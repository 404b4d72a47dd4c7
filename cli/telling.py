"""An entry of a case's history as a sentence: who did what, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cli.moments import parse_moment
from cli.speech import Voice
from workflow.dates_vi import date_words, instant_words

_TOLD = ("number", "dated", "signer", "route", "decision", "due", "text", "nil", "reason", "instruction", "opinion")
_LONGEST = 200
"""Characters of a text that a line of the history repeats; `--json` has it whole."""


def event_sentence(voice: Voice, event: Mapping[str, Any]) -> str:
    """`16:30 thứ Hai 14/12/2026: so-ldtbxh (An) gửi báo cáo; Đã giao → Đã báo cáo (số 12/BC)`."""
    data = event.get("data") or {}
    trigger = event["trigger"]
    title = voice.pick(event.get("title")) or voice.known("event-", trigger)
    parts = [f"{voice.instant(event['effective_at'])}: {_actor(voice, event.get('actor'))}: {title}"]
    if trigger in {"passed", "reminded", "settled"} and data.get("deadline"):
        parts[0] += f" ({voice.pick(event.get('deadline_title')) or data['deadline']})"
    if data.get("count"):
        parts[0] += f", {voice.say('event-count', count=data['count'])}"
    before, after = (voice.pick(event.get(f"{end}_title")) or event.get(end) for end in ("from", "to"))
    if before and before != after:
        parts.append(voice.say("event-moved", before=before, after=after))
    elif not before:
        parts.append(voice.say("event-begins", after=after))
    parts += [f"{voice.say(f'fact-{name}')} {_fact(voice, name, data[name])}" for name in _TOLD if data.get(name)]
    if files := data.get("files"):
        parts.append(voice.say("fact-files", names=[file["name"] for file in files]))
    if changes := data.get("changes"):
        parts += [voice.pick(change) for change in changes]
    if cause := data.get("cause"):
        parts.append(voice.known("cause-", cause))
    return f"{event['seq']}. " + "; ".join(parts)


def _actor(voice: Voice, actor: Any) -> str:
    if not isinstance(actor, Mapping):
        return str(actor or voice.say("actor-clock"))
    agency = actor.get("agency")
    if not agency:
        return voice.say("actor-clock")
    name = actor.get("name") or agency
    words = f"{name} ({actor['person']})" if actor.get("person") else str(name)
    behalf = actor.get("behalf_name") or actor.get("on_behalf_of")
    return voice.say("actor-behalf", actor=words, agency=behalf) if behalf else words


def _fact(voice: Voice, name: str, value: Any) -> str:
    if name in {"dated", "due"}:
        moment = parse_moment(str(value))
        if isinstance(moment, datetime):
            return instant_words(moment, voice.lang)
        return date_words(moment, voice.lang)
    words = " ".join(str(value).split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
