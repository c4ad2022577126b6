"""Which precision pays on a device.

Decides that alone, by what the hardware says it can do; what may be computed in it is the poet's.
"""

from __future__ import annotations

import torch


def half_precision(device: torch.device) -> torch.dtype | None:
    """bfloat16 where a GPU or the processor multiplies it fast, otherwise None: elsewhere it is
    emulated, and slower than float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else None
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else None
