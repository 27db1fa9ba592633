#pragma once
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/metrics/spill_file.h"

namespace adrep {

/// Ascending merge of sorted sequences, each in memory or in a file read block by block. What it reads must outlive it.
template <class T>
class SortedMerge {
 public:
  explicit SortedMerge(int64_t block) : block_(std::max<int64_t>(1, block)) {}

  void add(std::span<const T> sorted) { add({nullptr, 0, {}, sorted.data(), sorted.data() + sorted.size()}); }
  void add(const SpillFile& file) { add({&file, 0, {}, nullptr, nullptr}); }

  bool empty() const { return heap_.empty(); }
  const T& top() const { return *heap_[0].next; }
  void pop() {
    Source& source = heap_[0];
    if (++source.next == source.end && !refill(source)) {
      std::swap(heap_[0], heap_.back());
      heap_.pop_back();
    }
    sift_down(0);
  }

 private:
  struct Source {
    const SpillFile* file;
    int64_t offset;
    std::vector<T> block;
    const T *next, *end;
  };

  void add(Source source) {
    if (source.next == source.end && !refill(source)) return;
    heap_.push_back(std::move(source));
    for (size_t i = heap_.size() / 2; i-- > 0;) sift_down(i);
  }

  bool refill(Source& source) {
    constexpr auto kSize = static_cast<int64_t>(sizeof(T));
    if (!source.file || source.offset == source.file->size()) return false;
    const int64_t count = std::min(block_, (source.file->size() - source.offset) / kSize);
    source.block.resize(static_cast<size_t>(count));
    source.file->read(source.block.data(), count * kSize, source.offset);
    source.offset += count * kSize;
    source.next = source.block.data();
    source.end = source.next + count;
    return true;
  }

  void sift_down(size_t at) {
    while (true) {
      size_t child = 2 * at + 1;
      if (child >= heap_.size()) return;
      if (child + 1 < heap_.size() && *heap_[child + 1].next < *heap_[child].next) ++child;
      if (!(*heap_[child].next < *heap_[at].next)) return;
      std::swap(heap_[at], heap_[child]);
      at = child;
    }
  }

  int64_t block_;
  std::vector<Source> heap_;
};

/// Sorts more values than fit: full buffers are sorted and spilled, many small files are merged into larger ones, and
/// `merge` reads all of them in ascending order. Uses at most about `memory` bytes, nothing on disk when they suffice.
template <class T>
class ExternalSort {
 public:
  ExternalSort(std::filesystem::path folder, int64_t memory)
      : folder_(std::move(folder)), capacity_(std::max<int64_t>(1, memory / static_cast<int64_t>(sizeof(T)))) {}

  void add(T value) {
    ADREP_ASSERT(!finished_, "a value after the first merge");
    if (buffer_.empty()) buffer_.reserve(static_cast<size_t>(capacity_));  // growing would need half as much again
    buffer_.push_back(value);
    if (std::ssize(buffer_) >= capacity_) spill();
  }

  /// No more values after the first call. Several merges may follow each other.
  SortedMerge<T> merge() {
    if (!finished_) {
      if (!levels_.empty() && !buffer_.empty()) spill();
      std::sort(buffer_.begin(), buffer_.end());
      finished_ = true;
    }
    int64_t files = 0;
    for (const auto& level : levels_) files += std::ssize(level);
    SortedMerge<T> merged(capacity_ / std::max<int64_t>(1, files));
    for (const auto& level : levels_)
      for (const SpillFile& file : level) merged.add(file);
    merged.add(std::span<const T>(buffer_));
    return merged;
  }

 private:
  static constexpr int64_t kFilesOfLevel = 64;

  void spill() {
    std::sort(buffer_.begin(), buffer_.end());
    SpillFile file(folder_);
    append(file, buffer_);
    buffer_ = {};  // its memory is free for merging
    keep(std::move(file), 0);
  }

  static void append(SpillFile& file, const std::vector<T>& values) {
    file.append(values.data(), std::ssize(values) * static_cast<int64_t>(sizeof(T)));
  }

  void keep(SpillFile file, size_t level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(std::move(file));
    if (std::ssize(levels_[level]) < kFilesOfLevel) return;
    SpillFile larger = merge_level(levels_[level]);
    levels_[level].clear();
    keep(std::move(larger), level + 1);
  }

  SpillFile merge_level(const std::vector<SpillFile>& files) const {
    const int64_t block = std::max<int64_t>(1, capacity_ / (kFilesOfLevel + 1));
    SortedMerge<T> merged(block);
    for (const SpillFile& file : files) merged.add(file);
    SpillFile larger(folder_);
    std::vector<T> out;
    for (; !merged.empty(); merged.pop()) {
      out.push_back(merged.top());
      if (std::ssize(out) < block) continue;
      append(larger, out);
      out.clear();
    }
    append(larger, out);
    return larger;
  }

  std::filesystem::path folder_;
  int64_t capacity_;
  bool finished_ = false;
  std::vector<T> buffer_;
  std::vector<std::vector<SpillFile>> levels_;  ///< [level][file], each file sorted
};

}  // namespace adrep
