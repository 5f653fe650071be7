#!/usr/bin/env bash
# torch 2.13: use_deterministic_algorithms(True) imports torch's compiler, some 800 modules and more than a second.
#
# Guess: it sets a flag, as set_deterministic_debug_mode does, which sets the same one. Seen: it also sets a flag of the
# compiler's, and imports all of that for it, whether anything is ever compiled or not. A command that only wants
# kernels which repeat pays that at each start; set_deterministic_debug_mode("error") costs nothing, and both answers of
# are_deterministic_algorithms_enabled() are True. Where functions are compiled, only the first one tells the compiler.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import platform
import sys
import time

import torch

print("python", platform.python_version(), "torch", torch.__version__)


def cost(name: str, call) -> tuple[int, bool]:
    """Print and return how many modules a call imports, and whether kernels are deterministic after it."""
    before, began = len(sys.modules), time.process_time()
    call()
    seconds, modules = time.process_time() - began, len(sys.modules) - before
    enabled = torch.are_deterministic_algorithms_enabled()
    print(f"  {name}: {modules} modules imported, {seconds:.2f} CPU seconds, deterministic {enabled}")
    return modules, enabled


light = cost('set_deterministic_debug_mode("error")', lambda: torch.set_deterministic_debug_mode("error"))
torch.set_deterministic_debug_mode("default")
heavy = cost("use_deterministic_algorithms(True)", lambda: torch.use_deterministic_algorithms(True))
compiler = sum(name.startswith("torch._inductor") for name in sys.modules)
print(f"  modules of torch._inductor among them: {compiler}")
if not (light == (0, True) and heavy[1] and heavy[0] > 300 and compiler):
    raise SystemExit("this has changed: one imported nothing, and the other the compiler")
PYTHON
