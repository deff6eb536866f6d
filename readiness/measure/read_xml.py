"""XML as xmltodict makes it: attributes `@name`, text `#text`, repeated elements a list.

A document may name its DTD, as JaCoCo's and gcovr's do; it is never fetched. One that declares
anything itself is refused, and with it all entities but XML's own five.
"""

from typing import NoReturn
from xml.parsers import expat

import xmltodict

from readiness.measure.data import Data
from readiness.text.worded import worded

IN_PLACE = 512 * 1024
TEXT_ONLY = True


def parse(text: str) -> Data:
    """Return the document as an object with one key, the root element's name."""
    try:
        data: Data = xmltodict.parse(text.lstrip().encode(), encoding="utf-8", expat=_StrictExpat)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return data


class _StrictExpat:
    """The part of `xml.parsers.expat` that xmltodict uses, for a parser without declarations."""

    @staticmethod
    def ParserCreate(  # noqa: N802 - expat's name
        encoding: str | None = None, namespace_separator: str | None = None
    ) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding, namespace_separator)
        parser.StartDoctypeDeclHandler = _doctype
        parser.EntityDeclHandler = _declaration
        return parser


def _doctype(_name: str, _system: str | None, _public: str | None, declares: bool) -> None:
    if declares:
        _declaration()


def _declaration(*_declared: object) -> NoReturn:
    raise ValueError(worded("reason.xml_entities"))
