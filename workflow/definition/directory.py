"""The schema of the agency directory: who exists, how they rank, where their mail goes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from workflow.definition.language import OneOrMore
from workflow.definition.texts import Line, Schema, Slug

Rank = Literal["superior", "ppc", "ppc_office", "department", "vertical", "district", "commune", "unit"]
"""`vertical`: police and army, who answer to their ministries; a letter to them says *đề nghị*."""
Mailbox = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=254)
]


class Agency(Schema):
    name: Line
    short: Line | None = None
    en: Line | None = None
    rank: Rank
    mail: Annotated[tuple[Mailbox, ...], OneOrMore, Field(strict=False)] = ()


class Directory(Schema):
    agencies: dict[Slug, Agency]

    def name(self, agency: str) -> str:
        found = self.agencies.get(agency)
        return found.name if found else agency
