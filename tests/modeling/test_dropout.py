"""Our dropout has torch's distribution, scale and gradient."""

import pytest
import torch
from torch import nn

from xlalign.modeling.cpu import dropout


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_rate_and_mean_are_right_everywhere(rate):
    torch.manual_seed(0)
    dropped = dropout.dropout(torch.ones(400_003), rate)
    assert (dropped == 0).float().mean().item() == pytest.approx(rate, abs=4e-3)
    assert dropped.mean().item() == pytest.approx(1.0, rel=0.02)
    by_lane = [(dropped[lane::4] == 0).float().mean().item() for lane in range(4)]
    assert by_lane == pytest.approx([rate] * 4, abs=8e-3)


def test_gradient_passes_where_values_do():
    torch.manual_seed(0)
    values = torch.randn(7, 5, requires_grad=True)
    dropped = dropout.dropout(values, 0.3)
    dropped.sum().backward()
    assert values.grad is not None
    assert torch.allclose(values.grad, torch.where(dropped == 0, 0.0, 1 / 0.7))
    assert torch.allclose(dropped, values * values.grad)


def test_layers_are_replaced_and_idle_outside_training():
    model = nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.Dropout(0.4))).eval()
    dropout.replace(model)
    (layer,) = model[1].children()
    assert isinstance(layer, dropout.Dropout)
    assert layer.p == 0.4
    assert torch.equal(layer(torch.ones(5)), torch.ones(5))
    assert (layer.train()(torch.ones(1000)) == 0).any()
