#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace adrep {

/// An image that somebody named, by itself or with its folder.
struct InputImage {
  std::filesystem::path file;
  std::string name;  ///< as it is called in answers, and below which name its files are written: relative, no ".."
};

/// The images of what was named, in the order of the words and by name within a folder, which is looked into with its
/// sub-folders; hidden names and links that leave it are left out. A file that is not there is among them: it fails
/// when it is its turn. Throws InputError for a folder without images.
std::vector<InputImage> input_images(const std::vector<std::string>& words);

/// What one image is called: its path as it was given.
InputImage input_image(const std::string& path);

}  // namespace adrep
