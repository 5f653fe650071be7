"""Adversarial losses: one module a formulation; `loss` has their contract, `table` names them."""
