#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/io/pickle.h"

namespace adrep {

/// What a pickle says of a storage: ('storage', torch.FloatStorage, '0', 'cpu', 48). The device is ignored.
struct StorageClaim {
  std::string key;
  at::ScalarType type;
  int64_t count;  ///< elements
  uint64_t bytes() const { return static_cast<uint64_t>(count) * c10::elementSize(type); }
};

/// True for torch's storage classes of the types that tensors here have ("FloatStorage", ..., not complex or
/// quantised).
bool is_storage_class(const pickle::Global& global);

/// Throws InputError when it is no storage or its size is impossible.
StorageClaim storage_claim(const pickle::PersistentId& id, const std::filesystem::path& file);

/// The storages of one checkpoint: each is fetched once and shared by the tensors on it.
class TensorStorages {
 public:
  /// Gives the claimed bytes as a one-dimensional tensor; throws InputError when the file does not have them.
  using Fetch = std::function<at::Tensor(const StorageClaim&)>;
  TensorStorages(std::filesystem::path file, uint64_t file_bytes, Fetch fetch)
      : file_(std::move(file)), file_bytes_(file_bytes), fetch_(std::move(fetch)) {}

  /// A view of a storage. Throws InputError when it leaves the storage, or when it repeats elements (stride 0) to more
  /// bytes than the file has.
  at::Tensor view(const StorageClaim& claim, int64_t offset, const std::vector<int64_t>& sizes,
                  const std::vector<int64_t>& strides);

 private:
  std::filesystem::path file_;
  uint64_t file_bytes_;
  Fetch fetch_;
  std::map<std::string, at::Tensor> fetched_;
};

}  // namespace adrep
