#pragma once
#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// A vision transformer's tensors under the names that its layout's published files have (vit_weights.h): without the
/// prefixes of training codes (key_prefixes.h); DINOv2's blocks in chunks, `blocks.CHUNK.BLOCK.`, as FSDP trains them,
/// by block; DINOv2 as transformers 5 names it in memory (`attention.q_proj`, `mlp.gate_proj`), which torch.save
/// writes, as its save_pretrained does. Tensors of other names are as they were. Throws InputError when two tensors get
/// one name.
TensorMap published_key_names(TensorMap tensors, const std::string& file);

}  // namespace adrep
