#pragma once
#include <filesystem>
#include <string>

namespace adrep::test {

/// Writes a grey-textured RGB PNG of this size; `mark` draws a bright square there. Different seeds give other images.
void write_texture(const std::filesystem::path& file, int width, int height, unsigned seed, bool mark = false);

/// Writes a white RGB PNG of this size.
void write_white(const std::filesystem::path& file, int width, int height);

/// Writes the 0/255 mask of the square that write_texture marks.
void write_square_mask(const std::filesystem::path& file, int width, int height);

/// A class in MVTec AD layout: `train` normal images, `test` normal and `test` anomalous ("hole") images with masks.
void write_mvtec_class(const std::filesystem::path& root, const std::string& name, int train, int test, int side = 64);

}  // namespace adrep::test
