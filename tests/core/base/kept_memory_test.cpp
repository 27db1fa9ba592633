#include "core/base/kept_memory.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <optional>
#include <set>
#include <thread>

#include "core/base/parallel.h"
#include "support/allocated.h"

using namespace adrep;

namespace {

constexpr int64_t mega = int64_t{1} << 20;

at::Tensor megabytes(double count) {
  return at::empty({static_cast<int64_t>(count * mega)}, at::kByte);
}

/// Keeps tensor memory within a test, nothing after it.
struct Keeping {
  explicit Keeping(int64_t bytes) {
    keep_tensor_memory(bytes);
    megabytes(100);  // so much tensors have held; more than the limit, so not kept
  }
  ~Keeping() { release(); }
  static void release() {
    keep_tensor_memory(0);
    release_tensor_memory();
  }
};

}  // namespace

TEST_CASE("a freed tensor's memory serves the next one of about its size", "[tensor_memory]") {
  const Keeping keeping(64 * mega);
  std::optional<at::Tensor> first = megabytes(4);
  const void* const place = first->data_ptr();
  first.reset();
  CHECK(tensor_memory_kept() == 4 * mega);
  const at::Tensor much_smaller = megabytes(3), larger = megabytes(5);  // 3 · 1.25 < 4
  CHECK(tensor_memory_kept() == 4 * mega);
  const at::Tensor again = megabytes(3.5);
  CHECK(again.data_ptr() == place);
  CHECK(tensor_memory_kept() == 0);
}

TEST_CASE("of the memory that fits the tightest is taken", "[tensor_memory]") {
  const Keeping keeping(64 * mega);
  std::optional<at::Tensor> a = megabytes(4.5), b = megabytes(4.25), c = megabytes(4.75);
  const void* const place = b->data_ptr();
  for (auto* tensor : {&a, &b, &c}) tensor->reset();
  CHECK(megabytes(4).data_ptr() == place);
}

TEST_CASE("no more tensor memory than the limit is kept, and the oldest goes first", "[tensor_memory]") {
  const Keeping keeping(16 * mega);
  std::optional<at::Tensor> a = megabytes(7), b = megabytes(7), c = megabytes(7);
  const std::set<const void*> newest{b->data_ptr(), c->data_ptr()};
  for (auto* tensor : {&a, &b, &c}) tensor->reset();
  CHECK(tensor_memory_kept() == 14 * mega);
  const at::Tensor d = megabytes(7), e = megabytes(7);
  CHECK(std::set<const void*>{d.data_ptr(), e.data_ptr()} == newest);
}

TEST_CASE("kept memory makes room, so that tensors and it together are no more than tensors have held",
          "[tensor_memory]") {
  const Keeping keeping(64 * mega);
  release_tensor_memory();
  { const at::Tensor held = megabytes(8), freed = megabytes(8); }
  CHECK(tensor_memory_kept() == 16 * mega);
  const at::Tensor other = megabytes(2);  // of 16 no more than 14 may stay, so the older block goes
  CHECK(tensor_memory_kept() == 8 * mega);
  const at::Tensor more = megabytes(4), last = megabytes(3);
  CHECK(tensor_memory_kept() == 0);
}

TEST_CASE("small tensors and those larger than the limit are not kept", "[tensor_memory]") {
  const Keeping keeping(2 * mega);
  megabytes(1.0 / 8);
  CHECK(tensor_memory_kept() == 0);
  megabytes(1);
  megabytes(3);
  CHECK(tensor_memory_kept() == mega);  // the large one did not push it out
  release_tensor_memory();
  CHECK(tensor_memory_kept() == 0);
}

TEST_CASE("tensors outlive a change of what is kept", "[tensor_memory]") {
  std::optional<at::Tensor> before = at::full({mega}, 3.0F);
  keep_tensor_memory(64 * mega);
  std::optional<at::Tensor> within = at::full({mega}, 4.0F);
  CHECK(before->eq(3).all().item<bool>());
  keep_tensor_memory(0);
  CHECK(within->eq(4).all().item<bool>());
  within.reset();
  before.reset();
  CHECK(tensor_memory_kept() == 0);
}

TEST_CASE("memory is counted as tensors hold it, kept or not", "[tensor_memory]") {
  const auto work = [] {
    for (int k = 0; k < 3; ++k) at::Tensor sum = at::ones({mega}) + at::ones({mega});
  };
  const int64_t plain = test::most_bytes_held(work);
  const Keeping keeping(64 * mega);
  CHECK(test::most_bytes_held(work) == plain);
  CHECK(test::most_bytes_held(work) == plain);
}

TEST_CASE("large tensors do not all begin at the same place of a page", "[tensor_memory]") {
  const Keeping keeping(mega);
  const at::Tensor a = megabytes(1), b = megabytes(1), c = megabytes(1);
  std::set<uintptr_t> places;
  for (const at::Tensor& tensor : {a, b, c}) {
    places.insert(reinterpret_cast<uintptr_t>(tensor.data_ptr()) % 4096);
    CHECK(reinterpret_cast<uintptr_t>(tensor.data_ptr()) % 64 == 0);
  }
  CHECK(places.size() == 3);
}

TEST_CASE("threads that allocate and free at once never share memory", "[tensor_memory]") {
  const Keeping keeping(8 * mega);
  std::atomic<int> wrong = 0;
  for_each_index(64, 4, [&](size_t task) {
    for (int64_t k = 0; k < 20; ++k) {
      const at::Tensor mine = at::full({mega / 8 + k}, static_cast<int64_t>(task), at::kInt);
      std::this_thread::yield();
      if (!mine.eq(static_cast<int64_t>(task)).all().item<bool>()) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(tensor_memory_kept() <= 8 * mega);
}
