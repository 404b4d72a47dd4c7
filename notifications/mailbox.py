"""A folder instead of a server: one `.eml` for each letter, to be opened by any mail program."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from notifications.transport import Outgoing, Result
from workflow.calendar import TZ


def mail_name(at: datetime, row: int, agency: str) -> str:
    """`20261215T000000-00042-so-ldtbxh`: sorted by name is sorted by time."""
    return f"{at.astimezone(TZ):%Y%m%dT%H%M%S}-{row:05d}-{re.sub(r'[^a-z0-9-]+', '-', agency.lower())[:60]}"


class Mailbox:
    """The same letter again overwrites itself, so this transport never doubles anything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"Mailbox({self.folder})"

    def send(self, mail: Outgoing) -> Result:
        """Accepted once it is on the disk under its name; a folder that cannot be written is a line that is down."""
        target = self.folder / f"{mail.name}.eml"
        passing = self.folder / f".{mail.name}.{os.getpid()}.tmp"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with passing.open("wb") as file:
                file.write(mail.data)
                file.flush()
                os.fsync(file.fileno())
            passing.replace(target)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            return Result(
                "temporary", f"không ghi được thư vào {self.folder}: {error.strerror or error}", line_down=True
            )
        return Result("accepted")

    def close(self) -> None:
        pass
