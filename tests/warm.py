"""Importing this does once what each child process would do: torch loads its compiler with the first optimiser."""

import torch

import zerosum.hooks
import zerosum.training.train  # noqa: F401

torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])
