#include "core/maps/map_file.h"

#include "core/base/error.h"
#include "core/image/decode.h"
#include "core/maps/array_file.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

ArrayStack single(const fs::path& file, const std::string& preferred) {
  ArrayStack stack(read_array({file, ""}, preferred));
  if (stack.images() != 1)
    throw_input("{}: {} images in a file of a folder: each file must hold one; give a stack as MAPS itself",
                file.string(), stack.images());
  return stack;
}

MapSize size_of(const ArrayStack& stack) {
  return {stack.height(), stack.width()};
}

}  // namespace

bool is_map_name(const fs::path& file) {
  if (file.filename().string().starts_with('.')) return false;
  if (is_array_name(file)) return true;
  std::string extension = file.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".tif" || extension == ".tiff" || extension == ".png";
}

bool is_mask_name(const fs::path& file) {
  return is_map_name(file) || is_image_name(file);
}

MapSize map_file_size(const fs::path& file) {
  if (is_array_name(file)) return size_of(single(file, "maps"));
  const ImageSize size = read_image_size(file);
  return {size.height, size.width};
}

MapSize mask_file_size(const fs::path& file) {
  if (is_array_name(file)) return size_of(single(file, "masks"));
  const ImageSize size = read_image_size(file);
  return {size.height, size.width};
}

std::vector<float> read_map_file(const fs::path& file, MapSize& size) {
  if (is_array_name(file)) {
    const ArrayStack stack = single(file, "maps");
    size = size_of(stack);
    return stack.scores(0);
  }
  GreyValues grey = decode_grey(file);
  size = {grey.height, grey.width};
  return std::move(grey.values);
}

std::vector<uint8_t> read_mask_file(const fs::path& file, MapSize& size) {
  if (is_array_name(file)) {
    const ArrayStack stack = single(file, "masks");
    size = size_of(stack);
    return stack.mask(0);
  }
  Image image = decode_mask(file);
  size = {image.height, image.width};
  for (uint8_t& value : image.pixels) value = value != 0;
  return std::move(image.pixels);
}

}  // namespace adrep
