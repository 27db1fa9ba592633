#include "support/trees.h"

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/image/encode.h"

namespace adrep::test {
namespace {

bool in_square(int row, int column, int width, int height) {
  return row >= height / 4 && row < height / 2 && column >= width / 4 && column < width / 2;
}

}  // namespace

void write_texture(const std::filesystem::path& file, int width, int height, unsigned seed, bool mark) {
  Random random(seed);
  Image image(width, height, 3);
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column) {
      const double wave = 100 + 30 * std::sin(0.3 * row) + 30 * std::cos(0.2 * column);
      for (int c = 0; c < 3; ++c) {
        const double value =
            mark && in_square(row, column, width, height) ? 250 : wave + 10 * c + random.uniform(-8, 8);
        image.at(row, column)[c] = static_cast<uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  write_file_atomically(file, encode_png(image));
}

void write_white(const std::filesystem::path& file, int width, int height) {
  Image image(width, height, 3);
  for (int row = 0; row < height; ++row) std::fill_n(image.at(row, 0), 3 * width, uint8_t{255});
  write_file_atomically(file, encode_png(image));
}

void write_square_mask(const std::filesystem::path& file, int width, int height) {
  Image mask(width, height, 1);
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column)
      *mask.at(row, column) = in_square(row, column, width, height) ? 255 : 0;
  write_file_atomically(file, encode_png(mask));
}

void write_mvtec_class(const std::filesystem::path& root, const std::string& name, int train, int test, int side) {
  const std::filesystem::path folder = root / name;
  for (int i = 0; i < train; ++i)
    write_texture(folder / "train" / "good" / (std::to_string(i) + ".png"), side, side, static_cast<unsigned>(i));
  for (int i = 0; i < test; ++i) {
    const std::string stem = std::to_string(i);
    write_texture(folder / "test" / "good" / (stem + ".png"), side, side, static_cast<unsigned>(1000 + i));
    write_texture(folder / "test" / "hole" / (stem + ".png"), side, side, static_cast<unsigned>(2000 + i), true);
    write_square_mask(folder / "ground_truth" / "hole" / (stem + "_mask.png"), side, side);
  }
}

}  // namespace adrep::test
