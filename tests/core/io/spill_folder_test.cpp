#include "core/io/spill_folder.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

TEST_CASE("spilled tensors hold their values, also when their pages were given back", "[io]") {
  const test::TemporaryFolder folder;
  const SpillFolder spill(folder / "deep/er");
  const at::Tensor tensor = spill.zeros({300, 7, 5}, at::kFloat);
  REQUIRE(tensor.sizes() == at::IntArrayRef({300, 7, 5}));
  CHECK(tensor.abs().max().item<float>() == 0);
  const at::Tensor values = at::arange(300 * 7 * 5, at::kFloat).view({300, 7, 5});
  tensor.copy_(values);
  CHECK(is_spilled(tensor));
  CHECK(is_spilled(tensor.narrow(0, 3, 2)));
  CHECK_FALSE(is_spilled(values));
  CHECK_FALSE(is_spilled(at::Tensor()));
  release_spilled(tensor);
  CHECK(tensor.equal(values));
  tensor.select(0, 1).fill_(-1);
  release_spilled(tensor.select(0, 1));
  release_spilled(values);  // another tensor's memory is left alone
  CHECK(tensor.select(0, 1).eq(-1).all().item<bool>());
  CHECK(tensor.select(0, 2).equal(values.select(0, 2)));
  CHECK(fs::is_empty(folder / "deep/er"));  // the files have no names
  CHECK(spill.zeros({0, 3}, at::kFloat).numel() == 0);
}

TEST_CASE("a spilled tensor lives as long as its last view", "[io]") {
  const test::TemporaryFolder folder;
  at::Tensor view;
  {
    const SpillFolder spill(folder.path());
    at::Tensor tensor = spill.zeros({64, 64}, at::kDouble);
    tensor.fill_(2);
    view = tensor.select(0, 5);
  }
  CHECK(view.sum().item<double>() == 128);
  const void* begin = view.storage().data();
  view = at::Tensor();
  CHECK(begin != nullptr);
}

TEST_CASE("a disk without room for spilled features is one line", "[io]") {
  const test::TemporaryFolder folder;
  const SpillFolder spill(folder.path());
  const int64_t too_many = int64_t{1} << 45;  // 128 TiB of floats
  CHECK_THROWS_WITH(spill.zeros({too_many}, at::kFloat), Contains("no room for") && Contains(folder.path().string()));
  const SpillFolder nowhere("/proc/nonexistent");
  CHECK_THROWS_WITH(nowhere.zeros({4}, at::kFloat), Contains("/proc/nonexistent: no room for"));
}
