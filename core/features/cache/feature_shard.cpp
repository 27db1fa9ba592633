#include "core/features/cache/feature_shard.h"

#include <fmt/format.h>
#include <zlib.h>

#include <charconv>
#include <sstream>

#include "core/base/hash.h"
#include "core/io/damaged.h"
#include "core/io/spill_folder.h"

namespace adrep {
namespace {

constexpr const char* format_name = "adrep feature shard 1";
constexpr size_t name_digits = 32;
constexpr const char* extension = ".safetensors";

std::string level_name(size_t level) {
  return fmt::format("level{}", level);
}

/// CRC-32 of the rows of one image, level after level.
uint32_t checksum_of(const std::vector<at::Tensor>& levels, size_t row) {
  uLong crc = crc32_z(0, nullptr, 0);
  for (const at::Tensor& level : levels) {
    const at::Tensor rows = level.select(0, static_cast<int64_t>(row));
    crc = crc32_z(crc, static_cast<const Bytef*>(rows.const_data_ptr()), rows.nbytes());
  }
  return static_cast<uint32_t>(crc);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// What names a shard: its metadata, and types and shapes of its tensors.
std::string shard_name(const std::map<std::string, std::string>& metadata, const std::vector<at::Tensor>& levels) {
  Sha256 hash;
  for (const auto& [key, value] : metadata) hash.add(fmt::format("{} {}\n", key, value));
  for (const at::Tensor& level : levels)
    hash.add(fmt::format("{} {}\n", c10::toString(level.scalar_type()),
                         fmt::join(level.sizes().begin(), level.sizes().end(), " ")));
  return hash.hex().substr(0, name_digits) + extension;
}

std::map<std::string, std::string> metadata_of(const std::string& space, const std::vector<std::string>& images,
                                               const std::vector<uint32_t>& checksums) {
  return {{"format", format_name},
          {"space", space},
          {"images", fmt::format("{}", fmt::join(images, " "))},
          {"checksums", fmt::format("{:08x}", fmt::join(checksums, " "))}};
}

}  // namespace

bool is_shard_name(const std::string& name) {
  return name.ends_with(extension) &&
         is_hexadecimal(name.substr(0, name.size() - std::string(extension).size()), name_digits);
}

FeatureShard::FeatureShard(const std::filesystem::path& file) : file_(file) {
  const Safetensors read = read_safetensors(file);
  if (read.text("format") != format_name) damaged(file, "it is not a feature shard");
  space_ = read.text("space");
  images_ = words_of(read.text("images"));
  for (const std::string& word : words_of(read.text("checksums"))) {
    uint32_t value = 0;
    std::from_chars(word.data(), word.data() + word.size(), value, 16);
    checksums_.push_back(value);
  }
  for (size_t level = 0; level < read.tensors.size(); ++level) levels_.push_back(read.at(level_name(level)));
  // the metadata as it was read, so that any change of it shows
  if (shard_name(read.metadata, levels_) != file.filename()) damaged(file, "its header does not match its name");
  const auto images = static_cast<int64_t>(images_.size());
  bool sound = !levels_.empty() && checksums_.size() == images_.size();
  for (const at::Tensor& level : levels_) sound = sound && level.dim() == 4 && level.size(0) == images;
  if (!sound) damaged(file, "its tensors do not match its {} images", images);
}

std::vector<at::Tensor> FeatureShard::read(size_t row) const {
  ADREP_ASSERT(row < images_.size(), "row {} of {}", row, images_.size());
  if (checksum_of(levels_, row) != checksums_[row]) damaged(file_, "image {} has another checksum", row);
  std::vector<at::Tensor> maps;
  for (const at::Tensor& level : levels_) maps.push_back(level.select(0, static_cast<int64_t>(row)));
  return maps;
}

std::string write_shard(const std::filesystem::path& folder, const std::string& space,
                        const std::vector<std::string>& images, const Levels& levels) {
  ADREP_ASSERT(levels.batch() == static_cast<int64_t>(images.size()), "{} images, features of {}", images.size(),
               levels.batch());
  std::vector<at::Tensor> maps;
  TensorMap tensors;
  for (const at::Tensor& map : levels.maps) {
    maps.push_back(map.detach().cpu().contiguous());
    tensors[level_name(maps.size() - 1)] = maps.back();
  }
  std::vector<uint32_t> checksums;
  for (size_t row = 0; row < images.size(); ++row) checksums.push_back(checksum_of(maps, row));
  const auto metadata = metadata_of(space, images, checksums);
  const std::string name = shard_name(metadata, maps);
  // rows of whole pages can then be mapped one by one
  const bool whole_pages =
      std::all_of(maps.begin(), maps.end(), [](const at::Tensor& map) { return map[0].nbytes() % mapped_page == 0; });
  write_safetensors(folder / name, tensors, metadata, whole_pages ? mapped_page : 8);
  return name;
}

}  // namespace adrep
