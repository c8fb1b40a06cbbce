"""What a browser finds in a piece of HTML, for assertions about it."""

from html.parser import HTMLParser

from django.http import QueryDict

VOID = {"input", "br", "hr", "img", "meta", "link"}


class Element:
    """A tag with its attributes, its text and what it stands in."""

    def __init__(self, tag: str, attrs: dict[str, str | None], parent: "Element | None") -> None:
        self.tag, self.attrs, self.parent, self.text = tag, attrs, parent, ""

    def __getitem__(self, name: str) -> str | None:
        return self.attrs.get(name)

    @property
    def classes(self) -> set[str]:
        return set((self["class"] or "").split())

    def inside(self, ancestor: "Element") -> bool:
        return self.parent is not None and (self.parent is ancestor or self.parent.inside(ancestor))


class Page(HTMLParser):
    """What a browser finds in a piece of HTML; an element that is not closed in turn is refused."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(html)
        assert not self.open, f"{self.open[-1].tag} is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), self.open[-1] if self.open else None)
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, **attrs: str) -> list[Element]:
        return [e for e in self.elements if e.tag == tag and all(e[k] == v for k, v in attrs.items())]

    def one(self, tag: str, **attrs: str) -> Element:
        (found,) = self.all(tag, **attrs)
        return found

    def id(self, id_: str) -> Element:
        (found,) = [e for e in self.elements if e["id"] == id_]
        return found

    def submitted(self) -> QueryDict:
        """What pressing the button would send, with everything as it stands."""
        data = QueryDict(mutable=True)
        for element in self.elements:
            match element.tag, element["type"]:
                case "input", "radio" | "checkbox":
                    if "checked" in element.attrs:
                        data.appendlist(str(element["name"]), str(element["value"]))
                case "input", _:
                    data.appendlist(str(element["name"]), element["value"] or "")
                case "textarea", _:
                    # a browser drops the first line break
                    data.appendlist(str(element["name"]), element.text.removeprefix("\n"))
                case "option", _:
                    if "selected" in element.attrs:
                        assert element.parent is not None
                        data.appendlist(str(element.parent["name"]), str(element["value"]))
        return data
