#include "benchmarks/prediction/input_images.h"

#include "core/base/error.h"
#include "core/image/decode.h"
#include "datasets/listing.h"

namespace adrep {
namespace {

void add_folder(const RootFolder& root, const std::string& relative, std::vector<InputImage>& images, int depth = 0) {
  const Listing listing = root.list(relative);
  for (const std::string& name : listing.files)
    if (is_image_name(name)) images.push_back({root.full(joined(relative, name)), joined(relative, name)});
  if (depth == RootFolder::max_depth) return;
  for (const std::string& name : listing.folders) add_folder(root, joined(relative, name), images, depth + 1);
}

}  // namespace

InputImage input_image(const std::string& path) {
  std::filesystem::path name;
  for (const std::filesystem::path& part : std::filesystem::path(path).lexically_normal().relative_path())
    if (part != "..") name /= part;
  return {path, name.generic_string()};
}

std::vector<InputImage> input_images(const std::vector<std::string>& words) {
  std::vector<InputImage> images;
  for (const std::string& word : words) {
    if (!std::filesystem::is_directory(word)) {
      images.push_back(input_image(word));
      continue;
    }
    const size_t before = images.size();
    add_folder(RootFolder(word), "", images);
    if (images.size() == before)
      throw_input("{}: no images in this folder (.jpg, .png, .bmp, .tif, .webp, .jp2)", word);
  }
  return images;
}

}  // namespace adrep
