"""Exports of Confluence spaces: HTML, or XML with everything in `entities.xml`."""
