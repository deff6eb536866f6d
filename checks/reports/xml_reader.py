"""Read XML of any size in little memory, and expand nothing that it declares."""

from typing import NoReturn
from xml.parsers import expat

from checks.reports.handed_in import refuse

CHUNK = 256 * 1024
LARGEST_PART = 8 * 1024 * 1024
"""The largest tag of XML, or entry of JSON, in bytes or characters."""
CUT_OFF = "it ends before it is whole: its tool was ended, or is still writing"
LARGE = f"a single entry of more than {LARGEST_PART // 1024**2} MiB"
UNCLOSED = {
    *(expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN),
    *(expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION, expat.errors.XML_ERROR_PARTIAL_CHAR),
}


class XmlReader:
    """Handlers of the elements of one XML file; names are without their prefix."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = lambda tag, at: self.start(tag.rpartition(":")[2], at)
        self.parser.EndElementHandler = lambda tag: self.end(tag.rpartition(":")[2])
        self.parser.CharacterDataHandler = self.text
        self.parser.EntityDeclHandler = self._declared
        self._blank_lines = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take a piece of text."""

    def read(self) -> None:
        """Read the whole file; what is not XML ends the check."""
        fed = 0
        with open(self.path, "rb") as file:
            first = file.read(CHUNK)
            chunk = first.lstrip(b" \t\r\n")  # as some tools begin
            self._blank_lines = first[: len(first) - len(chunk)].count(b"\n")
            try:
                while chunk:
                    self.parser.Parse(chunk, False)
                    fed += len(chunk)
                    if fed - self.parser.CurrentByteIndex > LARGEST_PART:
                        self.refuse(LARGE)
                    chunk = file.read(CHUNK)
                self.parser.Parse(b"", True)
            except expat.ExpatError as error:
                why = expat.ErrorString(error.code)
                why = CUT_OFF if why in UNCLOSED else f"it is not XML ({why})"
                refuse(self.path, error.lineno + self._blank_lines, error.offset + 1, why)

    @property
    def line(self) -> int:
        """Return the line of what is being read."""
        return self.parser.CurrentLineNumber + self._blank_lines

    def refuse(self, why: str, remedy: str = "") -> NoReturn:
        """End the check at what is being read."""
        refuse(self.path, self.line, self.parser.CurrentColumnNumber + 1, why, remedy)

    def _declared(self, *_declared: object) -> None:
        self.refuse("it declares entities of its own, which no report needs")
