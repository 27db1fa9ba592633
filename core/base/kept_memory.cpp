#include "core/base/kept_memory.h"

#include <c10/core/CPUAllocator.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace adrep {
namespace {

constexpr size_t least = size_t{256} << 10;  // the C library keeps smaller ones itself
// a hundred small tensors that are freed together are mostly needed again; without this their memory goes back and
// forth
constexpr int kept_heap_end = 64 << 20;
constexpr size_t page = 4096, line = 64;

struct Block {
  void* start = nullptr;  // as allocated
  void* data = nullptr;   // as handed out
  size_t size = 0;
};

/// LibTorch's allocator of CPU memory with a stock of freed blocks, the oldest first.
class KeepingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t size) override {
    if (size < least) return c10::GetDefaultCPUAllocator()->allocate(size);
    const Block block = any_block(size);
    if (!block.data) return c10::GetDefaultCPUAllocator()->allocate(size);  // which says what is wrong
    c10::profiledCPUMemoryReporter().New(block.data, size);
    return {block.data, block.data, &free_block, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &free_block; }
  void copy_data(void* to, const void* from, size_t size) const override { std::memcpy(to, from, size); }

  void set_limit(size_t bytes) {
    const std::lock_guard guard(mutex_);
    limit_ = bytes;
    shrink(limit_);
  }

  void release() {
    const std::lock_guard guard(mutex_);
    shrink(0);
    most_used_ = used_;
  }

  size_t kept() {
    const std::lock_guard guard(mutex_);
    return kept_;
  }

 private:
  Block any_block(size_t size) {
    const std::lock_guard guard(mutex_);
    Block block = from_stock(size);
    if (!block.data) block = fresh(size);
    if (!block.data) return block;
    blocks_[block.data] = block;
    used_ += block.size;
    most_used_ = std::max(most_used_, used_);
    return block;
  }

  /// The kept block that fits best, less than a quarter too large, or none.
  Block from_stock(size_t size) {
    auto best = stock_.end();
    for (auto block = stock_.begin(); block != stock_.end(); ++block)
      if (block->size >= size && block->size <= size + size / 4 && (best == stock_.end() || block->size <= best->size))
        best = block;
    if (best == stock_.end()) return {};
    const Block block = *best;
    stock_.erase(best);
    kept_ -= block.size;
    return block;
  }

  /// New memory. What is kept makes room for it, so that both together are never more than tensors alone have held.
  Block fresh(size_t size) {
    const size_t room = most_used_ > used_ + size ? most_used_ - used_ - size : 0;
    shrink(room);
    void* start = nullptr;
    if (posix_memalign(&start, page, size + page) != 0) {
      shrink(0);
      if (posix_memalign(&start, page, size + page) != 0) return {};
    }
    // blocks that began at the same place of a page would fall on the same lines of the cache
    const size_t shift = line * (made_++ % (page / line));
    return {start, static_cast<char*>(start) + shift, size};
  }

  static void free_block(void* data);

  void put_back(void* data) {
    const Block block = taken(data);
    if (!block.data) return c10::GetDefaultCPUAllocator()->raw_deleter()(data);
    c10::profiledCPUMemoryReporter().Delete(data);  // before another thread can have it
    const std::lock_guard guard(mutex_);
    used_ -= block.size;
    if (block.size > limit_) return std::free(block.start);
    stock_.push_back(block);
    kept_ += block.size;
    shrink(limit_);
  }

  /// The block that a tensor had, which is no longer listed, or none.
  Block taken(void* data) {
    const std::lock_guard guard(mutex_);
    const auto node = blocks_.extract(data);
    return node.empty() ? Block{} : node.mapped();
  }

  /// Gives back the oldest kept blocks until no more than `bytes` are left.
  void shrink(size_t bytes) {
    auto end = stock_.begin();
    for (; end != stock_.end() && kept_ > bytes; ++end) {
      kept_ -= end->size;
      std::free(end->start);
    }
    stock_.erase(stock_.begin(), end);
  }

  std::mutex mutex_;
  std::vector<Block> stock_;
  std::unordered_map<void*, Block> blocks_;  // in tensors
  size_t limit_ = 0, kept_ = 0, used_ = 0, most_used_ = 0, made_ = 0;
};

KeepingAllocator& allocator() {
  static auto* const allocator = new KeepingAllocator;  // tensors may outlive static objects
  return *allocator;
}

void KeepingAllocator::free_block(void* data) {
  allocator().put_back(data);
}

}  // namespace

void keep_tensor_memory(int64_t bytes) {
  if (bytes > 0) {
    mallopt(M_TRIM_THRESHOLD, kept_heap_end);
    mallopt(M_MMAP_THRESHOLD, kept_heap_end / 2);  // else it stays at 128 KB once the other is set
  }
  allocator().set_limit(static_cast<size_t>(std::max<int64_t>(bytes, 0)));
  static const bool used = (c10::SetCPUAllocator(&allocator(), /*priority=*/1), true);
  static_cast<void>(used);
}

void release_tensor_memory() {
  allocator().release();
}

int64_t tensor_memory_kept() {
  return static_cast<int64_t>(allocator().kept());
}

}  // namespace adrep
