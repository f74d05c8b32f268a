"""Parse YAML as data and within bounds: what a catalog says cannot fill a memory or a stack.

The parser's events are put together here and not by the library, which crashes on brackets nested
a hundred thousand deep and lets the last of two equal keys win without a word.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import yaml

from bdg_explore.errors import CatalogError

LARGEST: Final = 8_000_000  # bytes of a catalog
_DEEPEST: Final = 32
_MOST: Final = 400_000  # values, each alias counted with all that it stands for
_LONGEST_NUMBER: Final = 40
_LONGEST_KEY: Final = 200
# The same safe loader, in C where PyYAML was built with it.
_SAFE: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG: Final = "tag:yaml.org,2002:"
_CONTAINERS: Final = (None, "!", f"{_TAG}map", f"{_TAG}seq")
_TEXTS: Final = ("!", f"{_TAG}str", f"{_TAG}value")
_NUMBERS: Final = (f"{_TAG}int", f"{_TAG}float")
# Control characters, halves of characters, and marks that turn the direction of what follows.
UNSEEN: Final = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass
class _Open:
    """A mapping or a list whose end has not come yet."""

    content: Any
    anchor: str | None
    before: int  # how many values there were before it
    height: int = 1
    key: Any = None
    awaits: bool = False  # a mapping whose next value belongs to `key`


@dataclass(frozen=True)
class _Named:
    """What an alias stands for."""

    value: Any
    size: int
    height: int


def parse_yaml(text: str, where: str) -> Any:
    """Return what one YAML document says: mappings, lists, texts, numbers, days, and nothing else.

    Parameters
    ----------
    text : str
        The document.
    where : str
        What to call it in an error.

    Raises
    ------
    CatalogError
        It is not YAML, repeats a key, asks for an object, holds characters that cannot be seen,
        is nested more than 32 deep, or says more than 400 000 values once its aliases are filled
        in.
    """
    try:
        loader = _SAFE(text)
        try:
            return _Composer(loader, where).document()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise CatalogError(f"{where} cannot be parsed as YAML: {error}") from error


class _Composer:
    """Puts a document together from its events."""

    def __init__(self, loader: Any, where: str) -> None:
        self._loader, self._where, self._line = loader, where, 1
        self._open: list[_Open] = []
        self._named: dict[str, _Named | None] = {}
        self._plain: dict[str, Any] = {}
        self._values = 0
        self._result: Any = None

    def document(self) -> Any:
        documents = 0
        while (event := self._loader.get_event()) is not None:
            self._line = event.start_mark.line + 1
            if isinstance(event, yaml.ScalarEvent):
                value = self._scalar(event)
                self._add(1)
                if event.anchor is not None:
                    self._named[event.anchor] = _Named(value, 1, 0)
                self._put(value, 0)
            elif isinstance(event, yaml.AliasEvent):
                named = self._named.get(str(event.anchor))
                if named is None:
                    self._refuse(f"the alias *{event.anchor} stands for nothing, or for itself")
                self._add(named.size)
                self._put(named.value, named.height)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._begin(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end()
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse("a second document begins here; a file holds one")
        return self._result

    def _begin(self, event: Any, content: Any) -> None:
        if event.tag not in _CONTAINERS:
            self._refuse_tag(event.tag)
        if len(self._open) >= _DEEPEST:
            self._refuse(f"it is nested more than {_DEEPEST} deep")
        if event.anchor is not None:
            self._named[event.anchor] = None
        self._open.append(_Open(content, event.anchor, self._values))
        self._add(1)

    def _end(self) -> None:
        done = self._open.pop()
        if done.anchor is not None:
            size = self._values - done.before
            self._named[done.anchor] = _Named(done.content, size, done.height)
        self._put(done.content, done.height)

    def _put(self, value: Any, height: int) -> None:
        if not self._open:
            self._result = value
            return
        top = self._open[-1]
        if len(self._open) + height > _DEEPEST:
            self._refuse(f"it is nested more than {_DEEPEST} deep")
        top.height = max(top.height, height + 1)
        if isinstance(top.content, list):
            top.content.append(value)
        elif top.awaits:
            top.content[top.key], top.awaits = value, False
        else:
            if isinstance(value, list | dict):
                self._refuse("a key must be a word, not a list or a mapping")
            if len(str(value)) > _LONGEST_KEY:
                self._refuse(f"the key {str(value)[:20]}... has {len(str(value))} characters")
            if value in top.content:
                self._refuse(f"the key {value!r} stands there twice. Keep one of them")
            top.key, top.awaits = value, True

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if UNSEEN.search(text):
            self._refuse(f"{text[:40]!r} holds characters that cannot be seen")
        plain, _ = event.implicit
        if event.tag in _TEXTS or (event.tag is None and not plain):
            return text
        if event.tag is not None:
            self._refuse_tag(event.tag)
        if text not in self._plain:
            self._plain[text] = self._meant(text, event.implicit)
        return self._plain[text]

    def _meant(self, text: str, implicit: tuple[bool, bool]) -> Any:
        """Return the number, day, truth or text that an unquoted word is."""
        tag: str = self._loader.resolve(yaml.ScalarNode, text, implicit)
        if tag in _TEXTS:
            return text
        if tag == f"{_TAG}merge":
            self._refuse("<<: is not filled in here. Write the keys out")
        if tag in _NUMBERS and len(text) > _LONGEST_NUMBER:
            self._refuse(f"the number {text[:20]}... has {len(text)} characters")
        try:
            return self._loader.construct_object(yaml.ScalarNode(tag, text))
        except (ValueError, OverflowError):
            self._refuse(f"{text[:40]!r} is no {tag.removeprefix(_TAG)}")

    def _add(self, values: int) -> None:
        self._values += values
        if self._values > _MOST:
            self._refuse(f"it says more than {_MOST} values, aliases filled in")

    def _refuse_tag(self, tag: str) -> NoReturn:
        self._refuse(f"{tag} asks for an object. A catalog says texts, numbers, lists and mappings")

    def _refuse(self, what: str) -> NoReturn:
        raise CatalogError(f"{self._where}, line {self._line}: {what}.")
