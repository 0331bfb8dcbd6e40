"""Drift: is the present still what the live model was trained for?

`job.DriftJob` is the story: windows due, sample, measure, judge, write, ask. Everything else is a pure rule:
`permutation` and `measured` (how sure, how large), `query_drift`, `vocabulary`, `comparisons`, `behaviour`, `signals`
(what is measured), `judgement`, `windows` and `requests` (what follows from it).
"""
