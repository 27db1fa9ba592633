#include "datasets/layouts/mini_tree.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/random.h"
#include "core/image/encode.h"
#include "datasets/dataset.h"
#include "datasets/new_folder.h"
#include "datasets/published_counts.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Stripes whose colours, direction and width belong to the class, with noise of the file's own.
Image draw(const std::string& file, const MiniOptions& options) {
  const auto seed = static_cast<uint64_t>(options.seed);
  Random look(derive_seed(seed, file.substr(0, file.find('/'))));
  Random noise(derive_seed(seed, file));
  std::array<double, 3> base{}, swing{};
  for (double& value : base) value = look.uniform(60, 180);
  for (double& value : swing) value = look.uniform(-45, 45);
  const double across = look.uniform(0.1, 0.6), down = look.uniform(0.1, 0.6), phase = noise.uniform(0, 6.28);
  const int side = static_cast<int>(options.size);
  Image image(side, side, 3);
  for (int row = 0; row < side; ++row)
    for (int column = 0; column < side; ++column) {
      const double wave = std::sin(across * column + down * row + phase);
      for (size_t c = 0; c < 3; ++c)
        image.at(row, column)[c] =
            static_cast<uint8_t>(std::clamp(base[c] + swing[c] * wave + noise.uniform(-12, 12), 0.0, 255.0));
    }
  return image;
}

void append_number(std::string& bytes, uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

/// Uncompressed BMP: 24 bits a pixel, or 8 bits with a grey palette.
std::string encode_bmp(const Image& image) {
  const auto width = static_cast<uint32_t>(image.width), height = static_cast<uint32_t>(image.height);
  const uint32_t channels = static_cast<uint32_t>(image.channels), colours = channels == 1 ? 256 : 0;
  const uint32_t stride = (width * channels + 3) / 4 * 4, start = 54 + 4 * colours;
  std::string bytes = "BM";
  append_number(bytes, start + stride * height, 4);
  append_number(bytes, 0, 4);
  append_number(bytes, start, 4);
  for (uint32_t value : {uint32_t{40}, width, height}) append_number(bytes, value, 4);
  append_number(bytes, 1, 2);
  append_number(bytes, 8 * channels, 2);
  for (uint32_t value : {uint32_t{0}, stride * height, 2835u, 2835u, colours, 0u}) append_number(bytes, value, 4);
  for (uint32_t i = 0; i < colours; ++i) append_number(bytes, i * 0x010101, 4);
  for (int row = image.height - 1; row >= 0; --row) {
    const size_t line = bytes.size();
    for (int column = 0; column < image.width; ++column)
      for (int c = image.channels - 1; c >= 0; --c) bytes += static_cast<char>(image.at(row, column)[c]);
    bytes.resize(line + stride);
  }
  return bytes;
}

std::string encode(const Image& image, const std::string& file) {
  const std::string extension = lower(fs::path(file).extension().string());
  if (extension == ".bmp") return encode_bmp(image);
  if (extension == ".png") return encode_png(image);
  ADREP_ASSERT(extension == ".jpg" || extension == ".jpeg", "mini image {}", file);
  return encode_jpeg(image);
}

}  // namespace

void MiniOptions::declare(Schema<MiniOptions>& s) {
  s.decides(Decides::features);
  s.add(&MiniOptions::classes, "classes").at_least(1).at_most(100).doc("classes, with the data set's own names");
  s.add(&MiniOptions::train, "train").at_least(1).at_most(999).doc("normal training images of each class");
  s.add(&MiniOptions::normal_test, "normal_test").at_least(0).at_most(999).doc("normal test images of each class");
  s.add(&MiniOptions::anomalous_test, "anomalous_test")
      .at_least(0)
      .at_most(999)
      .doc("anomalous test images of each defect");
  s.add(&MiniOptions::size, "size").at_least(16).at_most(1024).doc("side of the square images, pixels");
  s.add(&MiniOptions::seed, "seed").at_least(0).doc("another seed draws other images");
  s.add(&MiniOptions::oddities, "oddities")
      .doc("upper-case extensions, spaces and letters beyond ASCII in names, macOS's hidden files");
}

std::vector<std::string> MiniTree::start_classes(std::string_view layout) const {
  const auto count = static_cast<size_t>(options_.classes);
  std::vector<std::string> names;
  if (const PublishedDataset* published = published_dataset(layout))
    for (const PublishedClass& c : published->classes)
      if (names.size() < count) names.emplace_back(c.name);
  for (size_t i = 1; names.size() < count; ++i) names.push_back(fmt::format("part_{}", i));
  return names;
}

std::string MiniTree::file_name(int i, int digits, std::string_view extension) const {
  std::string end(extension);
  if (options_.oddities && i == 1)
    for (char& c : end)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return fmt::format("{}{:0{}}.{}", options_.oddities && i == 2 ? "Prüfling " : "", i, digits, end);
}

void MiniTree::normal(const std::string& file) const {
  write_new_file(root_ / file, encode(draw(file, options_), file));
}

void MiniTree::anomalous(const std::string& file, const std::string& mask, uint8_t value) const {
  Image image = draw(file, options_);
  Image marked(image.width, image.height, 1);
  Random place(derive_seed(static_cast<uint64_t>(options_.seed), file + " defect"));
  const int side = std::max(3, image.width / 6);
  const auto top = static_cast<int>(place.below(image.height - side));
  const auto left = static_cast<int>(place.below(image.width - side));
  for (int row = top; row < top + side; ++row)
    for (int column = left; column < left + side; ++column) {
      for (int c = 0; c < 3; ++c) image.at(row, column)[c] = static_cast<uint8_t>(255 - image.at(row, column)[c] / 4);
      *marked.at(row, column) = value;
    }
  write_new_file(root_ / file, encode(image, file));
  if (!mask.empty()) write_new_file(root_ / mask, encode(marked, mask));
}

void MiniTree::empty_mask(const std::string& file) const {
  const int side = static_cast<int>(options_.size);
  write_new_file(root_ / file, encode(Image(side, side, 1), file));
}

void MiniTree::text(const std::string& file, std::string_view content) const {
  write_new_file(root_ / file, content);
}

void MiniTree::hidden_files(const std::string& folder) const {
  if (!options_.oddities) return;
  for (const char* name : {"._000.png", "._0000.JPG", ".DS_Store"})
    text(folder + "/" + name, std::string_view("\0\5\26\7", 4));
}

std::vector<std::string> layouts_with_mini() {
  std::vector<std::string> names;
  for (const auto& [name, entry] : LayoutRegistry::instance().all())
    if (entry.make_mini) names.push_back(name);
  return names;
}

void make_mini_dataset(const fs::path& root, const std::string& layout, const MiniOptions& options) {
  for (const Param& param : params_of<MiniOptions>().all())
    param.parse({{to_text(param.get(&options))}, false, "mini data set"}, param.name);
  const LayoutEntry* entry = LayoutRegistry::instance().find(layout);
  if (!entry || !entry->make_mini)
    throw_input("no mini data set of layout '{}': {}", layout, suggestion(layout, layouts_with_mini()));
  fs::path place = fs::absolute(root).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();  // "folder/"
  std::error_code failed;
  if (fs::exists(place, failed) && !(fs::is_directory(place, failed) && fs::is_empty(place, failed)))
    throw_input("{}: is there already and not empty: remove it or choose another folder", root.string());
  NewFolder folder(place);
  MiniTree tree(folder.path(), options);
  entry->make_mini(tree);
  folder.move_to_place();
}

}  // namespace adrep
