"""SVG without styles: every inline style as presentation attributes, which a strict content policy lets through."""

from xml.etree import ElementTree

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_LEFT_OUT = {f"{{{_SVG}}}style", f"{{{_SVG}}}metadata", f"{{{_SVG}}}title"}
_FAMILY = "system-ui, sans-serif"


def plain(drawing: bytes, title: str, words: str) -> bytes:
    """Return a drawing as one SVG element with a title and a description, without styles and data about its making.

    Raises `ElementTree.ParseError` for what is no XML.
    """
    root = ElementTree.fromstring(drawing)
    for above in list(root.iter()):
        for element in list(above):
            if element.tag in _LEFT_OUT:
                above.remove(element)
    for element in root.iter():
        if style := element.attrib.pop("style", ""):
            element.attrib.update(attributes(style))
    for side in ("width", "height"):
        root.set(side, root.get(side, "").removesuffix("pt"))
    root.set("stroke-linejoin", "round")
    root.set("role", "img")
    for number, (name, text) in enumerate((("title", title), ("desc", words))):
        child = ElementTree.Element(f"{{{_SVG}}}{name}")
        child.text = text
        root.insert(number, child)
    for prefix, name in (("", _SVG), ("xlink", _LINK)):
        ElementTree.register_namespace(prefix, name)
    written: bytes = ElementTree.tostring(root, encoding="utf-8")
    return written


def attributes(style: str) -> dict[str, str]:
    """Return the presentation attributes that say what an inline style says; of a font its size, and our family."""
    found: dict[str, str] = {}
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            size = next((word for word in value.split() if word.endswith("px")), "")
            found |= {"font-size": size, "font-family": _FAMILY} if size else {"font-family": _FAMILY}
        elif name == "font-family":
            found[name] = _FAMILY
        elif name:
            found[name] = value
    return found
