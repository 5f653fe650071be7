"""A trained generator as a plain torch module."""

import pytest
import torch

import zerosum as zs


def test_a_module_makes_what_the_generator_makes(in_tmp):
    run = zs.train("cgan", "digits", steps=2, device="cpu", mute=True).run.path
    generator = zs.load(run)
    module = generator.module
    assert list(module.inputs) == [control.name for control in generator.controls]
    assert (module.inputs["label"], module.shape, module.training) == ((), (1, 8, 8), False)
    samples, inputs = generator.sample_with_inputs(64, seed=3)
    with torch.no_grad():
        made = module(*(inputs[name] for name in module.inputs))
    assert torch.equal(((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8), samples)
    with pytest.raises(ValueError, match="zip"):
        module(inputs["latent"])


def test_gradients_reach_inputs_and_weights(in_tmp):
    module = zs.load(zs.train("r1gan", "8-ring", steps=2, device="cpu", mute=True).run.path).module
    latent = torch.zeros(3, *module.inputs["latent"], requires_grad=True)
    module(latent).square().sum().backward()
    assert latent.grad.abs().sum() > 0
    assert any(weight.grad is not None for weight in module.parameters())
