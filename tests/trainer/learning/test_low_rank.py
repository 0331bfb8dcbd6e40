"""Low-rank additions: nothing at first, then what they say of themselves, and the layer itself stays."""

import torch
from torch import nn

from retrieval.query_side import Addition
from trainer.learning.low_rank import add_low_rank, parameters


def model() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(6, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 2)))


def test_they_are_nothing_before_they_learn() -> None:
    plain, x = model(), torch.randn(5, 6)
    before = plain(x)
    added = add_low_rank(plain, 3)
    assert set(added) == {"0", "2.0"}
    assert torch.equal(plain(x), before)


def test_only_they_learn_and_what_they_are_is_what_is_added_to_the_weights() -> None:
    changed, plain, x = model(), model(), torch.randn(5, 6)
    added = add_low_rank(changed, 3)
    learned = parameters(added)
    assert {id(p) for p in changed.parameters() if p.requires_grad} == {id(p) for p in learned}
    optimizer = torch.optim.SGD(learned, lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        changed(x).square().sum().backward()
        optimizer.step()
    assert not torch.allclose(changed(x), plain(x), atol=1e-3)
    for name, one in added.items():
        up, down = one.addition()
        layer = plain.get_submodule(name)
        assert isinstance(layer, nn.Linear)
        with torch.no_grad():
            layer.weight += torch.from_numpy(up @ down)
    assert torch.allclose(changed(x), plain(x), atol=1e-5)


def test_they_go_on_from_where_they_were() -> None:
    up, down = torch.randn(4, 2).numpy(), torch.randn(2, 6).numpy()
    added = add_low_rank(model(), 3, {"0": Addition(up, down)})
    again = added["0"].addition()
    assert torch.allclose(torch.from_numpy(again.up @ again.down), torch.from_numpy(up @ down), atol=1e-5)
    assert added["2.0"].addition().down.shape == (3, 4)
