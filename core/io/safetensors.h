#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>

namespace adrep {

using TensorMap = std::map<std::string, at::Tensor>;

/// Contents of a safetensors file.
struct Safetensors {
  TensorMap tensors;
  std::map<std::string, std::string> metadata;

  /// Throws InputError when there is none of this name.
  const at::Tensor& at(const std::string& name) const;
  /// The metadata of this name, "" when there is none.
  const std::string& text(const std::string& name) const;
  std::filesystem::path file;  ///< for messages
};

/// Reads a safetensors file, memory-mapped; tensors own or share the mapping. Header, dtypes, shapes and offsets are
/// checked against the file before anything is allocated. Throws InputError naming the file and what is wrong.
Safetensors read_safetensors(const std::filesystem::path& file);

/// Writes atomically; tensors are made contiguous on the CPU, in name order, so equal contents give equal bytes. The
/// data begin at a multiple of `alignment` bytes, 8 or a multiple of it.
void write_safetensors(const std::filesystem::path& file, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata = {}, size_t alignment = 8);

}  // namespace adrep
