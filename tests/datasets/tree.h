#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/image/encode.h"
#include "datasets/dataset.h"
#include "support/golden.h"

namespace adrep::test {

/// A folder tree made file by file. Every image differs from the others; all are 6 × 4 pixels.
class Tree {
 public:
  static constexpr int width = 6, height = 4;

  std::filesystem::path path() const { return folder_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  void write(const std::string& file, const std::string& bytes) const {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file, std::ios::binary) << bytes;
  }
  void folder(const std::string& name) const { std::filesystem::create_directories(folder_ / name); }
  void image(const std::string& file) { write(file, image_bytes(next_++)); }
  void images(const std::string& in, const std::vector<std::string>& names) {
    for (const std::string& name : names) image(in + "/" + name);
  }
  /// Grey, `value` in the upper left quarter, 0 elsewhere.
  void mask(const std::string& file, uint8_t value = 255, int columns = width, int rows = height) const {
    Image mask(columns, rows, 1);
    for (int row = 0; row < rows / 2; ++row)
      for (int column = 0; column < columns / 2; ++column) *mask.at(row, column) = value;
    write(file, encode_png(mask));
  }
  void link(const std::string& name, const std::filesystem::path& target) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::filesystem::create_symlink(target, folder_ / name);
  }

  static std::string image_bytes(int number) {
    Image image(width, height, 3);
    for (size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = static_cast<uint8_t>(number * 7 + static_cast<int>(i));
    image.pixels[0] = static_cast<uint8_t>(number);
    image.pixels[1] = static_cast<uint8_t>(number / 256);
    return encode_png(image);
  }

 private:
  TemporaryFolder folder_;
  int next_ = 0;
};

/// The message of the InputError that `action` throws, or "nothing thrown".
template <class Action>
std::string input_error(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing thrown";
}

inline std::vector<std::string> ids(const std::vector<Sample>& samples) {
  std::vector<std::string> list;
  for (const Sample& sample : samples) list.push_back(sample.id);
  return list;
}

/// One class in MVTec AD layout with two training images, a good and an anomalous test image with its mask.
inline void add_small_class(Tree& tree, const std::string& name) {
  const std::string folder = name.empty() ? "" : name + "/";
  tree.images(folder + "train/good", {"000.png", "001.png"});
  tree.image(folder + "test/good/000.png");
  tree.image(folder + "test/scratch/000.png");
  tree.mask(folder + "ground_truth/scratch/000_mask.png");
}

}  // namespace adrep::test
