#pragma once
#include <ATen/ATen.h>

#include <filesystem>

namespace adrep {

/// Memory for tensors in files instead of in the process's own: the system writes it out and drops it when memory is
/// short. The files have no names, so nothing is left, however the process ends.
class SpillFolder {
 public:
  /// The folder is made when first used.
  explicit SpillFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// A tensor of zeros on the CPU, in a file of its own that goes with it. Throws Error with the size and the folder
  /// when the disk has no room for it.
  at::Tensor zeros(at::IntArrayRef sizes, at::ScalarType type) const;

 private:
  std::filesystem::path folder_;
};

/// Whether a tensor lies in a file of a SpillFolder.
bool is_spilled(const at::Tensor& tensor);

/// Takes the pages of a tensor of a SpillFolder out of the process's memory; their values stay and are read again when
/// next used. Nothing happens to other tensors.
void release_spilled(const at::Tensor& tensor);

}  // namespace adrep
