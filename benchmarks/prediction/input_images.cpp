#include "benchmarks/prediction/input_images.h"

#include "core/base/error.h"
#include "core/image/decode.h"
#include "datasets/listing.h"

namespace adrep {
namespace {

/// Adds the images of one folder of the root and of those below it; `named`: what their names begin with.
class FolderImages {
 public:
  FolderImages(const std::string& folder, bool with_folder, std::vector<InputImage>& images)
      : root_(folder), named_(with_folder ? folder : ""), images_(images) {}

  void add(const std::string& relative = "", int depth = 0) {
    const Listing listing = root_.list(relative);
    for (const std::string& name : listing.files)
      if (is_image_name(name)) add_image(joined(relative, name), "");
    for (const Refused& refused : listing.refused)
      if (refused.is_folder || is_image_name(refused.file)) add_image(refused.file, refused.text);
    for (const std::string& name : listing.folders) {
      if (depth == RootFolder::max_depth)
        add_image(joined(relative, name), fmt::format("more than {} folders deep: not looked into", depth));
      else
        add(joined(relative, name), depth + 1);
    }
  }

 private:
  void add_image(const std::string& relative, const std::string& problem) {
    const std::filesystem::path file = root_.full(relative);
    images_.push_back({file, named_.empty() ? relative : (named_ / relative).generic_string(),
                       problem.empty() ? "" : fmt::format("{}: {}", file.string(), problem)});
  }

  RootFolder root_;
  std::filesystem::path named_;
  std::vector<InputImage>& images_;
};

}  // namespace

InputImage input_image(const std::string& path) {
  if (path.find('\0') == std::string::npos) return {path, path};
  return {path, path, fmt::format("{}: a path with a zero byte: paths are divided by line ends", escaped(path))};
}

std::vector<InputImage> input_images(const std::vector<std::string>& words) {
  std::vector<InputImage> images;
  for (const std::string& word : words) {
    std::error_code failed;
    if (!std::filesystem::is_directory(word, failed)) {
      images.push_back(input_image(word));
      continue;
    }
    const size_t before = images.size();
    FolderImages(word, words.size() > 1, images).add();
    if (images.size() == before)
      throw_input("{}: no images in this folder (.jpg, .png, .bmp, .tif, .webp, .jp2)", word);
  }
  return images;
}

std::vector<InputImage> usable_images(const std::vector<std::string>& words) {
  std::vector<InputImage> images = input_images(words);
  for (const InputImage& image : images)
    if (!image.problem.empty()) throw InputError(image.problem);
  return images;
}

}  // namespace adrep
