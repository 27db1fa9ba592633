#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/backbones/levels.h"
#include "core/io/safetensors.h"

namespace adrep {

/// Features of some images in one safetensors file: tensors "level0", "level1", … [n, C_l, H_l, W_l]; in the metadata
/// the space (hash of the FeatureKey), the images' SHA-256 and a CRC-32 for each image over its rows of all levels.
/// Where an image's rows of every level are whole pages, so is what stands before them: they can be mapped each by
/// itself. The file's name is the hash of all that and of the shapes, so no byte of a shard can change unnoticed: the
/// header is checked when the shard is opened, an image's rows when they are read.
class FeatureShard {
 public:
  /// Maps the file. Throws InputError, one line that says what is wrong, when it is not a sound shard.
  explicit FeatureShard(const std::filesystem::path& file);

  const std::string& space() const { return space_; }
  const std::vector<std::string>& images() const { return images_; }
  const std::filesystem::path& file() const { return file_; }

  /// The levels of image `row`, each [C_l, H_l, W_l], on the mapping. Throws InputError when its checksum is wrong.
  std::vector<at::Tensor> read(size_t row) const;

 private:
  std::filesystem::path file_;
  std::string space_;
  std::vector<std::string> images_;
  std::vector<uint32_t> checksums_;
  std::vector<at::Tensor> levels_;
};

/// Writes a shard into `folder`, atomically. images: SHA-256 of each, levels: their features in the same order.
/// Returns the file's name. Throws WriteError when it cannot be written.
std::string write_shard(const std::filesystem::path& folder, const std::string& space,
                        const std::vector<std::string>& images, const Levels& levels);

/// True for the name of a shard: 32 hexadecimal digits and ".safetensors".
bool is_shard_name(const std::string& name);

}  // namespace adrep
