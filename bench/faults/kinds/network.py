"""Faults between the broker and its clients."""

from bench.faults.kinds.scene import Scene


def cut(scene: Scene) -> None:
    """Abort every connection."""
    scene.strike()
    scene.stack.proxy.cut()
    scene.live(0.5)


def refuse(scene: Scene) -> None:
    """Abort every connection and take no new ones for some seconds."""
    scene.stack.proxy.refusing = True
    scene.stack.proxy.cut()
    scene.live(scene.rng.uniform(1.0, 5.0))
    scene.stack.proxy.refusing = False


def stall(scene: Scene) -> None:
    """Forward nothing for a while, the connections open."""
    scene.stack.proxy.stalled = True
    scene.live(scene.rng.choice((2.0, 2.5 * scene.stack.session_timeout_s)))
    scene.stack.proxy.stalled = False


def slow(scene: Scene) -> None:
    """Let everything wait a little."""
    scene.stack.proxy.delay_s = 0.15
    scene.live(4.0)
    scene.stack.proxy.delay_s = 0.0
