#pragma once
#include <string>
#include <vector>

#include "core/io/safetensors.h"

namespace adrep {

/// A file's tensors without what training codes put before a model's keys: `module.` (DataParallel), `_orig_mod.`
/// (torch.compile), `backbone.`, `teacher.`, `model.`, `dinov2.`, and several of them. `markers` are keys that a model
/// of the wanted kinds has. Where one stands as it is, or none under such a prefix, the tensors are as they were; else
/// those below its prefix are left: other parts of a training (heads, a student) are of no use here. Throws InputError
/// where there are models under two prefixes.
TensorMap without_prefix(TensorMap tensors, const std::vector<std::string>& markers, const std::string& file);

}  // namespace adrep
