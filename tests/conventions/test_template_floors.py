"""A template extends, includes and loads only from its own app or one below, as modules import."""

import re

from tests.conventions.source import ROOT

TEMPLATES = ROOT / "templates"
# By folder of templates/, the folders that it may use beside its own. Files at the root are the ground.
GROUND = {""}
BELOW = {
    "": set(),
    "receipts": GROUND,
    "reports": GROUND,
    "logins": GROUND,
    "balance_notices": GROUND,
    "account": GROUND,
    "mfa": GROUND,
    "portal": GROUND | {"receipts"},
    "backoffice": GROUND | {"receipts", "reports", "admin"},
    "admin": GROUND | {"receipts", "backoffice"},
    "local": GROUND,
}
# The filters and tags of ours, by the folder that may load them. Those of the house are loaded everywhere.
LIBRARIES = {
    "desk": {"backoffice", "admin"},
    "front": {"backoffice", "admin"},
    "reports": {"backoffice", "admin"},
    "mail_health": {"backoffice", "admin"},
}
USES = re.compile(r"{%\s*(extends|include|load)\s+(.*?)%}", re.DOTALL)


def folder_of(name: str) -> str:
    return name.partition("/")[0] if "/" in name else ""


def climbs(folder: str, text: str) -> list[str]:
    """What a template of a folder uses that stands above it."""
    found = []
    for verb, rest in USES.findall(text):
        if verb == "load":
            found += [name for name in rest.split() if folder not in LIBRARIES.get(name, {folder})]
        elif quoted := re.match(r"[\"'](.+?)[\"']", rest.strip()):
            used = folder_of(quoted[1])
            if used != folder and used not in BELOW[folder]:
                found.append(quoted[1])
    return found


def test_no_template_climbs():
    texts = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.*")}

    assert len(texts) > 200
    assert {name: found for name, text in texts.items() if (found := climbs(folder_of(name), text))} == {}


def test_the_check_sees_a_climb():
    assert climbs("receipts", '{% include "_icon.html" %}{% include "receipts/_visits.html" %}') == []
    assert climbs("receipts", '{% extends "portal/receipts/history.html" %}') == ["portal/receipts/history.html"]
    assert climbs("portal", '{% include "backoffice/_field.html" with a=b %}') == ["backoffice/_field.html"]
    assert climbs("receipts", "{% load static desk %}") == ["desk"]
