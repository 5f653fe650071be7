"""Penalties that keep D smooth: one module a formulation; `penalty` has their contract, `table` names them."""
