#pragma once
#include <ATen/ATen.h>

#include <filesystem>

namespace adrep {

/// Files are mapped in pages of so many bytes.
constexpr size_t mapped_page = 4096;

/// Memory for tensors in files instead of in the process's own: the system writes it out and drops it when memory is
/// short. The files have no names, so nothing is left, however the process ends.
class SpillFolder {
 public:
  /// The folder is made when first used.
  explicit SpillFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Room for a tensor on the CPU: zeros in a file of its own that goes with it, which only put_spilled changes and
  /// which takes no disk before. Throws Error with the size and the folder when no file can be made for it.
  at::Tensor room(at::IntArrayRef sizes, at::ScalarType type) const;

 private:
  std::filesystem::path folder_;
};

/// Whether a tensor lies in a file of a SpillFolder.
bool is_spilled(const at::Tensor& tensor);

/// Gives a contiguous part of a tensor of a SpillFolder, which has none yet, its values, of the same shape and type.
/// Those that lie on a mapped file (mapped_file.h) in whole pages are mapped from there, all others copied. Throws
/// Error with the size of the whole tensor and the folder when the disk has no room for them.
void put_spilled(const at::Tensor& part, const at::Tensor& values);

/// Takes the pages of a tensor of a SpillFolder out of the process's memory; their values stay and are read again when
/// next used. Nothing happens to other tensors.
void release_spilled(const at::Tensor& tensor);

}  // namespace adrep
