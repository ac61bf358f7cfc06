"""Attention by matrix products is softmax(scale * q k^T + bias) v, and so is its gradient."""

import torch
from narrowing import present

from xlalign.modeling.cpu import products

HEADS, WIDTH, SCALE = 2, 3, 0.7


def blocks() -> list[products.Block]:
    """Two rows of 4 cells, the second with 2 hidden keys, and one row of 3 cells."""
    bias = torch.zeros(2, 1, 1, 4, dtype=torch.float64)
    bias[1, ..., 2:] = -torch.inf
    return [products.Block(2, HEADS, 4, bias), products.Block(1, HEADS, 3, None)]


def padded() -> torch.Tensor:
    cells = sum(block.cells for block in blocks())
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, cells, WIDTH, dtype=torch.float64, generator=generator).requires_grad_()


def reference(values: torch.Tensor) -> torch.Tensor:
    """One head of one row after another."""
    outputs, start = [], 0
    for block in blocks():
        for row in range(block.rows):
            for _ in range(HEADS):
                q, k, v = values[:, start : start + block.longest]
                bias = 0 if block.bias is None else block.bias[row, 0]
                outputs.append((q @ k.T * SCALE + bias).softmax(-1) @ v)
                start += block.longest
    return torch.cat(outputs)


def test_output_and_gradient_are_the_formula():
    ours, theirs = padded(), padded()
    output, expected = products.attend(ours, blocks(), 0.0, SCALE), reference(theirs)
    assert torch.allclose(output, expected)
    outer = torch.randn_like(expected)
    output.backward(outer)
    expected.backward(outer)
    assert torch.allclose(present(ours.grad), present(theirs.grad))


def dropped(values: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(5)
    return products.attend(values, blocks(), 0.4, SCALE)


def test_gradient_goes_through_the_weights_that_dropout_left():
    assert torch.autograd.gradcheck(dropped, padded())
    assert not torch.allclose(dropped(padded()), reference(padded()))
