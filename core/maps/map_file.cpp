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

std::string lower_extension(const fs::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

/// The pages' values one after the other as numbers of type T.
template <class T>
SharedBytes joined_pages(const std::vector<GreyValues>& pages) {
  const auto values = std::make_shared<std::vector<T>>();
  for (const GreyValues& page : pages) values->insert(values->end(), page.values.begin(), page.values.end());
  return {{reinterpret_cast<const char*>(values->data()), values->size() * sizeof(T)}, values};
}

MapSize size_of(const ArrayStack& stack) {
  return {stack.height(), stack.width()};
}

}  // namespace

bool is_map_name(const fs::path& file) {
  if (file.filename().string().starts_with('.')) return false;
  if (is_array_name(file)) return true;
  return is_tiff_name(file) || lower_extension(file) == ".png";
}

bool is_tiff_name(const fs::path& file) {
  const std::string extension = lower_extension(file);
  return extension == ".tif" || extension == ".tiff";
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

std::vector<double> read_map_file(const fs::path& file, MapSize& size) {
  if (is_array_name(file)) {
    const ArrayStack stack = single(file, "maps");
    size = size_of(stack);
    return stack.scores(0);
  }
  GreyValues grey = decode_grey(file);
  size = {grey.height, grey.width};
  return std::move(grey.values);
}

std::vector<uint8_t> read_mask_file(const fs::path& file, const MaskRule& rule, MapSize& size, MaskFacts& facts) {
  if (is_array_name(file)) {
    const ArrayStack stack = single(file, "masks");
    size = size_of(stack);
    return stack.mask(0, rule, facts);
  }
  if (const int64_t pages = page_count(file); pages != 1)
    throw_input("{}: {} pages in the mask of one image: each file must hold one", file.string(), pages);
  const Image image = decode_mask(file);
  size = {image.height, image.width};
  facts = facts_of_mask(image, rule);
  facts.one_is_black = one_is_black(file);
  return marked(image, rule).pixels;
}

Array tiff_stack(const fs::path& file) {
  const std::vector<GreyValues> pages = decode_grey_pages(file);
  const GreyValues& first = pages.front();
  bool fits_float = true;
  for (size_t i = 0; i < pages.size(); ++i) {
    fits_float = fits_float && pages[i].fits_float;
    if (pages[i].width != first.width || pages[i].height != first.height)
      throw_input("{}: page 1 is {}x{}, page {} {}x{} (height x width): the pages of a stack are of one size",
                  file.string(), first.height, first.width, i + 1, pages[i].height, pages[i].width);
  }
  Array array;
  array.where = file.string();
  array.type = fits_float ? NumberType::f4 : NumberType::f8;
  array.shape = {std::ssize(pages), first.height, first.width};
  array.bytes = fits_float ? joined_pages<float>(pages) : joined_pages<double>(pages);
  return array;
}

}  // namespace adrep
