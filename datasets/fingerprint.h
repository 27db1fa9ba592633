#pragma once
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_map>

#include "datasets/dataset.h"

namespace adrep {

/// SHA-256 of files' bytes, each file read once as long as its size and time of change stay the same. A file changed
/// within the last two seconds is not remembered: its next change might leave the same time. Safe to use from many
/// threads.
class ContentHashes {
 public:
  /// Throws InputError when the file cannot be read.
  std::string of(const std::filesystem::path& file);
  /// Files read so far.
  size_t reads() const;

  /// The one that fingerprint() and verification share.
  static ContentHashes& instance();

 private:
  struct Known {
    uintmax_t size = 0;
    std::filesystem::file_time_type changed;
    std::string hash;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
  size_t reads_ = 0;
};

/// SHA-256 over every sample of the class in order of id: part (train or test), id below the class's folder, defect,
/// label and content of image and mask. It says whether two runs saw the same data: it changes with any byte of them,
/// with a label and with the split, and not with where the data set lies or whether data= names its root or the class's
/// own folder. Threads (0: one a processor) do not change it. Throws InputError when a file cannot be read.
std::string fingerprint(const ClassSplit& split, int threads = 0);

}  // namespace adrep
