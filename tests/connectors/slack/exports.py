"""A small Slack export in its real form: people, channels of four kinds, days of messages."""

import json
import zipfile
from pathlib import Path
from typing import Any

USERS = [
    {"id": "U01ANA", "team_id": "T01", "name": "ana", "deleted": False, "is_bot": False,
     "profile": {"real_name": "Ana Costa", "display_name": "ana", "email": "ana@acme.example", "team": "T01"}},
    {"id": "U02BEN", "team_id": "T01", "name": "ben", "deleted": True, "is_bot": False,
     "profile": {"real_name": "Ben Ode", "display_name": "", "team": "T01"}},
    {"id": "U03BOT", "team_id": "T01", "name": "deploys", "is_bot": True,
     "profile": {"real_name": "Deploys", "api_app_id": "A1"}},
]  # fmt: skip
CHANNELS = [
    {"id": "C01HELP", "name": "it-help", "created": 1600000000, "creator": "U01ANA", "is_archived": False,
     "is_general": False, "members": ["U01ANA", "U02BEN"], "topic": {"value": "", "creator": "", "last_set": 0}},
    {"id": "C02OLD", "name": "empty", "created": 1600000000, "creator": "U01ANA", "is_archived": True, "members": []},
]  # fmt: skip
GROUPS = [
    {
        "id": "G01PAY",
        "name": "payroll",
        "created": 1600000000,
        "creator": "U01ANA",
        "is_archived": False,
        "members": ["U01ANA"],
    }
]
DIRECT = [{"id": "D01AB", "created": 1600000000, "members": ["U01ANA", "U02BEN"]}]

ASKED: dict[str, Any] = {
    "client_msg_id": "0a1b", "type": "message", "user": "U02BEN", "ts": "1793610000.000100", "team": "T01",
    "text": "How do I get on the guest Wi-Fi? "
            "I read <https://acme.example/wifi|the page> &amp; asked <@U01ANA> in <#C01HELP|it-help>",
    "user_profile": {"real_name": "Ben Ode", "name": "ben", "is_restricted": False},
    "blocks": [{"type": "rich_text", "block_id": "x", "elements": []}],
    "thread_ts": "1793610000.000100", "reply_count": 1, "reply_users_count": 1, "latest_reply": "1793610060.000200",
    "reply_users": ["U01ANA"], "replies": [{"user": "U01ANA", "ts": "1793610060.000200"}], "subscribed": False,
}  # fmt: skip
ANSWERED: dict[str, Any] = {
    "client_msg_id": "2c3d", "type": "message", "user": "U01ANA", "ts": "1793610060.000200", "team": "T01",
    "text": "Ask the front desk for a voucher, see <https://acme.slack.com/archives/C01HELP/p1793610000000100>",
    "thread_ts": "1793610000.000100", "parent_user_id": "U02BEN",
    "edited": {"user": "U01ANA", "ts": "1793610090.000000"},
    "reactions": [{"name": "white_check_mark", "users": ["U02BEN"], "count": 1}],
    "files": [{"id": "F1", "name": "voucher.pdf", "title": "Voucher form", "mimetype": "application/pdf"}],
}  # fmt: skip
JOINED = {"type": "message", "subtype": "channel_join", "ts": "1793610001.000100", "user": "U01ANA",
          "text": "<@U01ANA> has joined the channel"}  # fmt: skip
DEPLOYED = {"type": "message", "subtype": "bot_message", "ts": "1793610002.000100", "bot_id": "B1", "text": "deployed"}
TAKEN_BACK = {"type": "message", "subtype": "tombstone", "ts": "1793610003.000100", "user": "USLACKBOT",
              "text": "This message was deleted.", "hidden": True}  # fmt: skip
PAID = {"type": "message", "user": "U01ANA", "ts": "1793610004.000100", "text": "Salaries go out on Friday"}
WHISPERED = {"type": "message", "user": "U02BEN", "ts": "1793610005.000100", "text": "Lunch?"}

FILES: dict[str, Any] = {
    "users.json": USERS, "channels.json": CHANNELS, "groups.json": GROUPS, "dms.json": DIRECT, "mpims.json": [],
    "integration_logs.json": [],
    "it-help/2026-11-02.json": [ASKED, JOINED, DEPLOYED, TAKEN_BACK, ANSWERED],
    "payroll/2026-11-02.json": [PAID],
    "D01AB/2026-11-02.json": [WHISPERED],
}  # fmt: skip


def zipped(path: Path, files: dict[str, Any] = FILES, top: str = "") -> Path:
    """Write an export as Slack gives it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(top + name, content if isinstance(content, bytes) else json.dumps(content, indent=4))
    return path
