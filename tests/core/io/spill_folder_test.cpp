#include "core/io/spill_folder.h"

#include <catch2/catch.hpp>

#include <fstream>

#include "core/base/error.h"
#include "core/io/safetensors.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

TEST_CASE("spilled tensors hold their values, also when their pages were given back", "[io]") {
  const test::TemporaryFolder folder;
  const SpillFolder spill(folder / "deep/er");
  const at::Tensor tensor = spill.room({300, 7, 5}, at::kFloat);
  REQUIRE(tensor.sizes() == at::IntArrayRef({300, 7, 5}));
  CHECK(tensor.abs().max().item<float>() == 0);
  const at::Tensor values = at::arange(300 * 7 * 5, at::kFloat).view({300, 7, 5});
  put_spilled(tensor.narrow(0, 0, 100), values.narrow(0, 0, 100));
  put_spilled(tensor.narrow(0, 101, 199), values.narrow(0, 101, 199));
  CHECK(is_spilled(tensor));
  CHECK(is_spilled(tensor.narrow(0, 3, 2)));
  CHECK_FALSE(is_spilled(values));
  CHECK_FALSE(is_spilled(at::Tensor()));
  release_spilled(tensor);
  CHECK(tensor.narrow(0, 0, 100).equal(values.narrow(0, 0, 100)));
  CHECK(tensor.select(0, 100).abs().max().item<float>() == 0);
  CHECK(tensor.narrow(0, 101, 199).equal(values.narrow(0, 101, 199)));
  release_spilled(tensor.select(0, 1));
  release_spilled(values);  // another tensor's memory is left alone
  CHECK(values[299][6][4].item<float>() == 300 * 7 * 5 - 1);
  CHECK(tensor.select(0, 2).equal(values.select(0, 2)));
  CHECK(fs::is_empty(folder / "deep/er"));  // the files have no names
  CHECK(spill.room({0, 3}, at::kFloat).numel() == 0);
}

TEST_CASE("a spilled tensor lives as long as its last view", "[io]") {
  const test::TemporaryFolder folder;
  at::Tensor view;
  {
    const SpillFolder spill(folder.path());
    at::Tensor tensor = spill.room({64, 64}, at::kDouble);
    put_spilled(tensor, at::full({64, 64}, 2, at::kDouble));
    view = tensor.select(0, 5);
  }
  CHECK(view.sum().item<double>() == 128);
  const void* begin = view.storage().data();
  view = at::Tensor();
  CHECK(begin != nullptr);
}

namespace {

constexpr int64_t page_floats = mapped_page / sizeof(float);

/// Four rows of a page each, whose numbers are their places, in a file whose data begin at `alignment` bytes.
at::Tensor rows_on_file(const fs::path& file, size_t alignment) {
  write_safetensors(file, {{"rows", at::arange(4 * page_floats, at::kFloat).view({4, page_floats})}}, {}, alignment);
  return read_safetensors(file).at("rows");
}

/// Sets every byte of a file's last page, which is the last row, to 0.
void clear_last_page(const fs::path& file) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(-static_cast<std::streamoff>(mapped_page), std::ios::end);
  stream << std::string(mapped_page, '\0');
}

}  // namespace

TEST_CASE("values in whole pages of a file are mapped from there, others copied", "[io]") {
  const test::TemporaryFolder folder;
  const SpillFolder spill(folder.path());
  const bool whole_pages = GENERATE(true, false);
  const fs::path file = folder / "rows.safetensors";
  const at::Tensor rows = rows_on_file(file, whole_pages ? mapped_page : 8), expected = rows.clone();
  const at::Tensor tensor = spill.room({5, page_floats}, at::kFloat);
  put_spilled(tensor.narrow(0, 1, 1), rows.narrow(0, 2, 1));  // in any order, also beside copied ones
  put_spilled(tensor.narrow(0, 2, 2), rows.narrow(0, 0, 2));
  put_spilled(tensor.select(0, 4), rows.select(0, 3));
  put_spilled(tensor.select(0, 0), at::full({page_floats}, 7.0F));
  release_spilled(tensor);
  CHECK(tensor.select(0, 0).eq(7).all().item<bool>());
  CHECK(tensor.narrow(0, 1, 4).equal(expected.index_select(0, at::tensor({2, 0, 1, 3}))));
  clear_last_page(file);
  CHECK(tensor.select(0, 4).eq(0).all().item<bool>() == whole_pages);  // shared with the file, or not
  fs::remove(file);
  release_spilled(tensor);
  CHECK(tensor.narrow(0, 1, 3).equal(expected.index_select(0, at::tensor({2, 0, 1}))));
}

TEST_CASE("values of a file that another has replaced are copied", "[io]") {
  const test::TemporaryFolder folder;
  const SpillFolder spill(folder.path());
  const fs::path file = folder / "rows.safetensors";
  const at::Tensor rows = rows_on_file(file, mapped_page), expected = rows.clone();
  write_safetensors(file, {{"rows", at::zeros({4, page_floats})}}, {}, mapped_page);
  const at::Tensor tensor = spill.room({4, page_floats}, at::kFloat);
  put_spilled(tensor, rows);
  CHECK(tensor.equal(expected));
  fs::remove(file);
  const at::Tensor gone = spill.room({4, page_floats}, at::kFloat);
  put_spilled(gone, rows);
  CHECK(gone.equal(expected));
}

TEST_CASE("a disk without room for spilled features is one line", "[io]") {
  const test::TemporaryFolder folder;
  const SpillFolder spill(folder.path());
  const int64_t too_many = int64_t{1} << 45;  // 128 TiB of floats
  CHECK_THROWS_WITH(spill.room({too_many}, at::kFloat), Contains("no room for") && Contains(folder.path().string()));
  const SpillFolder nowhere("/proc/nonexistent");
  CHECK_THROWS_WITH(nowhere.room({4}, at::kFloat), Contains("/proc/nonexistent: no room for"));
}
