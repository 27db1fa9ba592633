#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/schema.h"

namespace adrep {

/// Size and seed of a mini data set.
struct MiniOptions {
  int64_t classes = 2;
  int64_t train = 4;
  int64_t normal_test = 2;
  int64_t anomalous_test = 2;
  int64_t size = 64;
  int64_t seed = 0;
  bool oddities = true;

  static void declare(Schema<MiniOptions>& s);
};

/// A tiny synthetic data set while it is written: what a layout's make_mini is given. Every image depends on its class,
/// its own file name and the seed only, and differs from every other.
class MiniTree {
 public:
  MiniTree(std::filesystem::path root, const MiniOptions& options) : root_(std::move(root)), options_(options) {}

  int train() const { return static_cast<int>(options_.train); }
  int normal_test() const { return static_cast<int>(options_.normal_test); }
  int anomalous_test() const { return static_cast<int>(options_.anomalous_test); }

  /// The first official classes of a layout, as many as asked for; "part_1", "part_2" … where it has none or too few.
  std::vector<std::string> start_classes(std::string_view layout) const;
  /// The i-th file name, with `digits` digits: "003.png". With oddities the second has its extension in upper case and
  /// the third a space and letters beyond ASCII.
  std::string file_name(int i, int digits, std::string_view extension) const;

  /// Writes an image in the format of its extension (bmp, jpg, jpeg, png in any case). Paths are relative, '/' between.
  void normal(const std::string& file) const;
  /// The same with a defect, and, unless `mask` is "", its mask: `value` on the defect, 0 elsewhere.
  void anomalous(const std::string& file, const std::string& mask, uint8_t value = 255) const;
  void empty_mask(const std::string& file) const;
  void text(const std::string& file, std::string_view content) const;
  /// With oddities: macOS's "._" files and .DS_Store, which are no images and must not be taken for any.
  void hidden_files(const std::string& folder) const;

 private:
  std::filesystem::path root_;
  MiniOptions options_;
};

/// Writes a mini data set in the layout of this name into `root`, which appears whole or not at all; the same options
/// give the same bytes. Throws InputError when the layout has no mini tree, for options out of bounds, and when `root`
/// is there and not empty; Error when it cannot be written.
void make_mini_dataset(const std::filesystem::path& root, const std::string& layout, const MiniOptions& options);

/// Names of the layouts with a mini tree.
std::vector<std::string> layouts_with_mini();

}  // namespace adrep
