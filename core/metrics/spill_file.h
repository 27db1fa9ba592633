#pragma once
#include <cstdint>
#include <filesystem>

namespace adrep {

/// A temporary file without a name: it vanishes with this object, however the program ends.
class SpillFile {
 public:
  /// Throws InputError when the folder cannot be written to.
  explicit SpillFile(const std::filesystem::path& folder);
  ~SpillFile();
  SpillFile(SpillFile&& other) noexcept;
  SpillFile& operator=(SpillFile&&) = delete;

  /// Throw Error on a full disk or a failing device.
  void append(const void* data, int64_t bytes);
  void read(void* data, int64_t bytes, int64_t offset) const;
  int64_t size() const { return size_; }

 private:
  std::filesystem::path folder_;
  int descriptor_ = -1;
  int64_t size_ = 0;
};

}  // namespace adrep
