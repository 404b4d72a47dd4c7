"""A set of mail templates, compiled once, and what a template may and may not do.

A template is a file of blocks in Jinja's sandbox; `_defaults` holds what a template leaves out, `_words` the macros
that all may call as `w.NAME(…)`, `_layout.txt` and `_layout.html` the frames of the two parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.filters import filters, functions
from workflow.dates_vi import Lang
from workflow.model import DondocError

BLOCKS: Final = ("subject", "mood", "headline", "body", "list", "facts", "action", "closing", "why")
DEFAULTS, WORDS, TEXT_LAYOUT, HTML_LAYOUT = "_defaults", "_words", "_layout.txt", "_layout.html"
SUPPORT: Final = (DEFAULTS, WORDS, TEXT_LAYOUT, HTML_LAYOUT)
MOODS: Final = ("idle", "open", "soon", "late", "slow", "done", "sent")
"""The states' colours of the pages (pages.md, Tokens)."""

MAX_OUTPUT: Final = 200_000
"""Characters of one part; a letter of all six areas has a few thousand."""
_MAX_PRODUCT: Final = 1_000_000
_FILTERS: Final = (
    *("abs", "batch", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "groupby", "int"),
    *("items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace"),
    *("reverse", "round", "select", "selectattr", "slice", "sort", "string", "sum", "title", "trim", "unique", "upper"),
)
"""Of Jinja's own: no `safe` (only layouts write HTML), nothing that pads, formats or draws lots."""
_TEXT_METHODS: Final = frozenset(
    {"startswith", "endswith", "split", "strip", "lower", "upper", "removeprefix", "removesuffix", "replace"}
)


_SENTENCE: Final = re.compile(r"^(?!\s*\{%(?:(?!%\}).)*%\}\s*$).*%\}[ \t]*$")
_LINE_TAG_END: Final = re.compile(r"(?<![-+])%\}[ \t]*$")


class TemplateFailure(DondocError):
    """A template that does not exist, does not compile or does not render; `line` is its own, or None."""

    def __init__(self, name: str, line: int | None, words: str) -> None:
        super().__init__("mail-template-failed", name=name, line=line or "?", words=words)
        self.name, self.line, self.words = name, line, words


class _KeepLineEnds(Extension):
    """`trim_blocks` for lines that are a tag and nothing else.

    Jinja takes the line end after any `%}`, and with it the empty line that parts two paragraphs when a sentence
    happens to end in a tag: no admin would expect that.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return "\n".join(
            _LINE_TAG_END.sub(r"+%}", line) if _SENTENCE.search(line) else line for line in source.split("\n")
        )


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        # Facts are plain dictionaries: their keys come first, and looking there first makes a letter twice as cheap.
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or not numbers or (operator == "*" and abs(left * right) > _MAX_PRODUCT):
            raise SecurityError(f"'{operator}' is for small numbers only")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        return None  # Jinja would let `format` through, and with it widths of any size

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        return super().is_safe_attribute(obj, attr, value)


def environment(texts: Mapping[str, str], lang: Lang, *, html: bool) -> _Sandbox:
    """A sandbox over these templates; the layouts alone get `safe`, since what they frame is escaped already."""
    made = _Sandbox(
        loader=DictLoader(dict(texts)),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        cache_size=-1,
        extensions=[_KeepLineEnds],
    )
    made.filters = {name: made.filters[name] for name in _FILTERS} | filters(lang, html=html)
    # No `range`, `cycler` or `lipsum`: a loop goes over facts and literals, so a template ends.
    made.globals = dict(functions(html=html))
    return made


class _Mode:
    """All templates of the set in one of the two ways of writing."""

    def __init__(self, texts: Mapping[str, str], lang: Lang, *, html: bool) -> None:
        self.env = environment(texts, lang, html=html)
        self.layout = self._get(HTML_LAYOUT if html else TEXT_LAYOUT)
        self.defaults = self._get(DEFAULTS).blocks
        try:
            self.env.globals["w"] = self._get(WORDS).module
        except Exception as error:
            raise failure(WORDS, error) from error
        self._known: dict[str, tuple[Template, Mapping[str, Callable[[Context], Iterator[str]]]]] = {}

    def blocks(self, name: str) -> tuple[Template, Mapping[str, Callable[[Context], Iterator[str]]]]:
        found = self._known.get(name)
        if found is None:
            template = self._get(name)
            found = self._known[name] = (template, {**self.defaults, **template.blocks})
        return found

    def _get(self, name: str) -> Template:
        try:
            return self.env.get_template(name)
        except Exception as error:
            raise failure(name, error) from error


class TemplateSet:
    """The templates in force: name -> (version, text). Compiled when first used, kept for ever after.

    Raises TemplateFailure when one of the four supporting templates is missing or broken.
    """

    def __init__(self, texts: Mapping[str, tuple[int, str]], lang: Lang = "vi") -> None:
        self.versions = {name: version for name, (version, _) in texts.items()}
        plain = {name: text for name, (_, text) in texts.items()}
        self.text = _Mode(plain, lang, html=False)
        self.html = _Mode(plain, lang, html=True)
        self.lang: Lang = lang

    def find(self, template: str, workflow: str) -> str:
        """The name that serves `template` for `workflow`; TemplateFailure when none does."""
        for name in lookup(template, workflow):
            if name in self.versions:
                return name
        raise TemplateFailure(template, None, "không có mẫu thư")


def lookup(template: str, workflow: str) -> list[str]:
    """In which order names are tried: the workflow's own before the common, the state's own before `entered`."""
    names = [template]
    if template.startswith("entered."):
        names.append("entered")
    return [f"{workflow}.{name}" for name in names] + names


def cached_templates(read: Callable[[], Mapping[str, tuple[int, str]]], lang: Lang = "vi") -> Callable[[], TemplateSet]:
    """A provider of the newest set: reads at each call, compiles again only when a version has changed."""
    known: dict[str, TemplateSet] = {}

    def provide() -> TemplateSet:
        texts = read()
        versions = {name: version for name, (version, _) in texts.items()}
        if "set" not in known or known["set"].versions != versions:
            known["set"] = TemplateSet(texts, lang)
        return known["set"]

    return provide


def failure(name: str, error: Exception) -> TemplateFailure:
    """What went wrong, with the line of the template that it went wrong in."""
    if isinstance(error, TemplateFailure):
        return error
    where, line = place(error, name)
    words = error.message if isinstance(error, TemplateError) and error.message else str(error)
    return TemplateFailure(where, line, f"{words or type(error).__name__}"[:500])


def place(error: BaseException, name: str) -> tuple[str, int | None]:
    """(template, line): the innermost line of template `name` that the error went through, else of any template."""
    line = getattr(error, "lineno", None)
    if line is not None:
        return str(getattr(error, "name", None) or name), int(line)
    found: tuple[str, int | None] = (name, None)
    own: tuple[str, int | None] | None = None
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            found = (str(template.name), template.get_corresponding_lineno(trace.tb_lineno))
            own = found if template.name == name else own
        trace = trace.tb_next
    return own or found
