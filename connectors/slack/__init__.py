"""Exports of Slack, and those that Slackdump writes in the same form."""
