"""The same days, windows and searches that ours are judged on, shown to the detectors of others."""

from collections.abc import Mapping

import numpy as np

from bench.drift.company import Company
from bench.drift.peers import Peer
from bench.drift.replay import Open, Run, drawn, grown
from bench.drift.scenarios import Scenario
from streams.drift.config import DriftConfig


def compare(
    scenario: Scenario, seed: int, days: int, onset: int, config: DriftConfig, peers: Mapping[str, Peer]
) -> Run:
    """Live through so many days and tell on which of them each peer alarmed; every alarm counts as a request."""
    company, opened = Company(scenario, seed), Open()
    run = Run(peers={name: [] for name in peers})
    reference, cases = 0, 0
    for number in range(days):
        day = scenario.day(number, number - onset, np.random.default_rng([seed, 7, number]))
        searches = drawn(company.live(number, day), config.per_user)
        if reference < config.reference_windows or cases < config.min_reference_searches:
            if searches:
                reference, cases = reference + 1, cases + len(searches)
                for peer in peers.values():
                    peer.learn(searches)
            continue
        window = grown(opened, number, searches, config)
        if window is None:
            continue
        run.closed.append(number)
        for name, peer in peers.items():
            if peer.alarms(window.searches):
                run.peers[name].append(number)
    return run


def of_peer(run: Run, name: str) -> Run:
    """Return a peer's alarms as if they were ours, to be counted in the same way."""
    return Run([(day, (name,)) for day in run.peers[name]], run.closed)
