"""Padding and its way back."""

import torch

from xlalign.modeling.cpu.padding import pad, unpad

CELLS = torch.tensor([0, 1, 2, 3, 4, 0])
BACK = torch.tensor([0, 1, 2, 3, 4])


def test_there_and_back_is_the_same_with_its_gradient():
    tokens = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    assert torch.equal(pad(CELLS, BACK, tokens)[5], tokens[0])
    assert torch.autograd.gradcheck(lambda x: unpad(pad(CELLS, BACK, x) * 2, BACK), tokens)


def test_cells_without_a_token_get_no_gradient():
    cells = torch.randn(6, 3, requires_grad=True)
    unpad(cells, BACK).sum().backward()
    assert cells.grad is not None
    assert cells.grad.tolist() == [[1.0] * 3] * 5 + [[0.0] * 3]
