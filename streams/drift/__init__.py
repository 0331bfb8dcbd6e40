"""Drift: is the present still what the live model was trained for?

`job.DriftJob` is the story: windows due, sample, measure, judge, write, ask. `signals/` holds what is measured, one
file a signal; `statistics/` how sure and how large a change is; `sampling` and `sample` the arrays that signals see;
`detectors/` how evidence adds up; `measurement`, `judgement`, `windows`, `memory` and `requests` what follows. All but
`job`, `history`, `step` and `encoder` are pure rules.
"""
