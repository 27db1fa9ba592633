#pragma once
#include <filesystem>

#include "core/io/pickle.h"
#include "core/io/tensor_storage.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {

/// The globals that checkpoints need: OrderedDict, torch's rebuilding of tensors and parameters, storage classes,
/// NumPy's scalars and dtypes, _codecs.encode, and TorchScript's own classes. None is ever called.
bool is_known_global(const pickle::Global& global);

/// Turns what the pickle describes into values. Throws InputError naming `file` when it describes something impossible,
/// contains itself, is nested more than 100 deep or repeats its texts to more than 256 MiB.
CheckpointValue checkpoint_of(const pickle::Document& document, TensorStorages& storages,
                              const std::filesystem::path& file);

}  // namespace adrep
