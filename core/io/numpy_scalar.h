#pragma once
#include <filesystem>
#include <string>

#include "core/io/pickle.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {

/// numpy.core.multiarray.scalar (NumPy 1) or numpy._core.multiarray.scalar (NumPy 2).
bool is_numpy_scalar(const pickle::Global& global);
bool is_numpy_dtype(const pickle::Global& global);
bool is_codecs_encode(const pickle::Global& global);

/// scalar(dtype('f8', False, True), bytes): a number or bool. Throws InputError for other types and for big-endian
/// ones.
CheckpointValue numpy_scalar(const pickle::Object& scalar, const std::filesystem::path& file);

/// _codecs.encode(text, 'latin1'), as protocol 2 writes bytes. Throws InputError for another encoding or character.
std::string encoded_bytes(const pickle::Object& call, const std::filesystem::path& file);

}  // namespace adrep
