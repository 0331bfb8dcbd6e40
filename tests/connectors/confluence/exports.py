"""Small Confluence exports in their real forms: XML with restrictions, and HTML pages."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

BODY = (
    '<h1>Guest network</h1><p>Ask the front desk &ndash; or read <ac:link><ri:page ri:content-title="Leave" />'
    "<ac:plain-text-link-body><![CDATA[the leave policy]]></ac:plain-text-link-body></ac:link>.</p>"
    '<ac:structured-macro ac:name="code" ac:schema-version="1"><ac:parameter ac:name="language">bash</ac:parameter>'
    "<ac:plain-text-body><![CDATA[nmcli connect --ask <guest>]]></ac:plain-text-body></ac:structured-macro>"
)


_PACKAGES = {
    "Page": "pages",
    "BlogPost": "pages",
    "Space": "spaces",
    "ConfluenceUserImpl": "user",
    "BodyContent": "core",
}


def _class(kind: str) -> str:
    return f'class="{kind}" package="com.atlassian.confluence.{_PACKAGES.get(kind, "security")}"'


def _object(kind: str, number: int, *fields: str) -> str:
    return f'<object {_class(kind)}><id name="id">{number}</id>{"".join(fields)}</object>\n'


def _text(name: str, text: str) -> str:
    return f'<property name="{name}"><![CDATA[{text}]]></property>'


def _plain(name: str, text: str) -> str:
    return f'<property name="{name}">{text}</property>'


def _refers(name: str, kind: str, number: int) -> str:
    return f'<property name="{name}" {_class(kind)}><id name="id">{number}</id>\n</property>'


def _user(name: str, key: str) -> str:
    return f'<property name="{name}" {_class("ConfluenceUserImpl")}><id name="key"><![CDATA[{key}]]></id>\n</property>'


def status(word: str) -> str:
    """The property that says whether a page is current."""
    return _text("contentStatus", word)


CURRENT = status("current")


def page(number: int, title: str, *more: str, kind: str = "Page") -> str:
    """One page as hibernate writes it."""
    fields = (
        _plain("hibernateVersion", "7"), _text("title", title), _refers("space", "Space", 900),
        _user("creator", "k-ana"),
        _plain("creationDate", "2026-10-01 08:00:00.000"), _plain("lastModificationDate", "2026-11-02 09:00:00.000"),
    )  # fmt: skip
    return _object(kind, number, *fields, *more)


def below(number: int) -> str:
    """The property that names the page above."""
    return _refers("parent", "Page", number)


def older_than(number: int) -> str:
    """The property that names the page of which this is an earlier version."""
    return _refers("originalVersion", "Page", number)


def body(number: int, owner: int, text: str) -> str:
    """The text of a page, whose own CDATA is written apart."""
    apart = _text("body", text.replace("]]>", "]] >"))
    return _object("BodyContent", number, apart, _refers("content", "Page", owner), _plain("bodyType", "2"))


def restriction(number: int, owner: int, *, kind: str = "View", group: str = "", user: str = "") -> str:
    """A restriction with one permission, of a group or of a person."""
    listed = f'<element {_class("ContentPermission")}><id name="id">{number + 1}</id></element>'
    one = f'<collection name="contentPermissions" class="java.util.SortedSet">{listed}</collection>'
    subject = _user("userSubject", user) if user else ""
    named = _text("groupName", group) if group else '<property name="groupName"/>'
    return _object(
        "ContentPermissionSet", number, _text("type", kind), one, _refers("owningContent", "Page", owner)
    ) + _object(
        "ContentPermission", number + 1, _text("type", kind), subject, named,
        _refers("owningSet", "ContentPermissionSet", number),
    )  # fmt: skip


SPACE = _object("Space", 900, _text("name", "Handbook"), _text("key", "HB")) + (
    f'<object {_class("ConfluenceUserImpl")}><id name="key"><![CDATA[k-ana]]></id>{_text("name", "ana")}</object>\n'
)
VIEWERS = _object(
    "SpacePermission", 901, _refers("space", "Space", 900), _text("type", "VIEWSPACE"), _text("group", "staff")
)
OBJECTS = (
    SPACE
    + body(501, 101, BODY)
    + page(100, "Home", CURRENT)
    + page(101, "Wi-Fi", CURRENT, below(100))
    + page(102, "Leave", CURRENT, below(100))
    + page(103, "Salaries", CURRENT, below(102))
    + page(90, "Wi-Fi", CURRENT, older_than(101))
    + page(91, "Draft", status("draft"))
    + body(502, 102, "<p>Sixteen weeks</p>")
    + body(490, 90, "<p>Old text</p>")
    + restriction(700, 102, group="hr")
    + restriction(710, 102, kind="Edit", group="editors")
    + restriction(720, 103, user="k-ana")
)


def entities(objects: str = OBJECTS) -> bytes:
    """The file of an export."""
    begin = '<?xml version="1.0" encoding="UTF-8"?>\n<hibernate-generic datetime="2026-11-20 10:00:00">\n'
    return f"{begin}{objects}</hibernate-generic>\n".encode()


def html_page(title: str, crumbs: Mapping[str, str], text: str, line: str) -> str:
    """One page of an HTML export."""
    listed = "".join(f'<li><span><a href="{address}">{name}</a></span></li>' for address, name in crumbs.items())
    return f"""<!DOCTYPE html>
<html><head><title>Handbook : {title}</title>
<link rel="stylesheet" href="styles/site.css" type="text/css" />
<META http-equiv="Content-Type" content="text/html; charset=UTF-8"></head>
<body class="theme-default aui-theme-default"><div id="page"><div id="main" class="aui-page-panel">
<div id="main-header">
<div id="breadcrumb-section"><ol id="breadcrumbs"><li class="first">
<span><a href="index.html">Handbook</a></span></li>{listed}</ol></div>
<h1 id="title-heading" class="pagetitle"><span id="title-text">
                            Handbook : {title}
                        </span></h1></div>
<div id="content" class="view"><div class="page-metadata">

            {line}
                        </div>
<div id="main-content" class="wiki-content group">{text}</div>
<div class="pageSection group"><div class="pageSectionHeader">
<h2 id="attachments" class="pageSectionTitle">Attachments:</h2></div></div>
</div></div><div id="footer" role="contentinfo">Document generated by Confluence on Nov 20, 2026</div></div></body>
</html>"""


WIFI = html_page(
    "Wi-Fi",
    {"Home_100.html": "Home"},
    '<p>Ask the front desk, or read <a href="Leave_102.html">the leave policy</a>.<a href="//x.io/1.html">x</a></p>',
    "Created by <span class='author'> Ana</span>, last modified by <span class='editor'> Ben Ode</span> on Nov 2, 2026",
)
PAGES = {
    "HB/index.html": "<html><body><div id='main-content'>Space Details</div></body></html>",
    "HB/Home_100.html": html_page(
        "Home", {}, "<p>Welcome</p>", "Created by <span class='author'> Ana Costa</span> on 1 October 2026"
    ),
    "HB/Wi-Fi_101.html": WIFI,
    "HB/102.html": html_page(
        "Leave", {"Home_100.html": "Home"}, "<p>Sixteen weeks</p>", "由 <span class='author'>Ana</span> 创建"
    ),
    "HB/attachments/101/7_8.html": "<p>an attachment</p>",
    "HB/styles/site.css": "",
}


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write an export as Confluence gives it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path
