#include "core/features/cache/feature_shard.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/features/cache/cached_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// What reading all of a shard complains about; "" when all of it is sound.
std::string refusal_of_shard(const fs::path& file) {
  try {
    const FeatureShard shard(file);
    for (size_t row = 0; row < shard.images().size(); ++row) shard.read(row);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a shard gives back images, space and every bit", "[cache]") {
  const TemporaryFolder folder;
  Levels levels = numbered_levels(7, 3);
  const uint32_t odd_bits[] = {0x7FC12345, 0x00000001, 0x80000000};  // a NaN with content, a denormal, −0
  std::memcpy(levels.maps[0].data_ptr(), odd_bits, sizeof odd_bits);
  const std::string name = write_shard(folder.path(), "space", image_hashes(7, 3), levels);
  REQUIRE(is_shard_name(name));
  const FeatureShard shard(folder / name);
  REQUIRE(shard.space() == "space");
  REQUIRE(shard.images() == image_hashes(7, 3));
  for (size_t row = 0; row < 3; ++row) {
    const auto maps = shard.read(row);
    REQUIRE(maps.size() == 2);
    for (size_t l = 0; l < 2; ++l) {
      const at::Tensor expected = levels.maps[l][static_cast<int64_t>(row)].contiguous();
      REQUIRE(maps[l].sizes() == expected.sizes());
      REQUIRE(std::memcmp(maps[l].const_data_ptr(), expected.const_data_ptr(), expected.nbytes()) == 0);
    }
  }
}

TEST_CASE("equal content has the same name, other content another", "[cache]") {
  const TemporaryFolder folder;
  const std::string name = write_shard(folder.path(), "space", image_hashes(0, 2), numbered_levels(0, 2));
  REQUIRE(write_shard(folder.path(), "space", image_hashes(0, 2), numbered_levels(0, 2)) == name);
  REQUIRE(write_shard(folder.path(), "other", image_hashes(0, 2), numbered_levels(0, 2)) != name);
  REQUIRE(write_shard(folder.path(), "space", image_hashes(1, 2), numbered_levels(0, 2)) != name);
  REQUIRE(write_shard(folder.path(), "space", image_hashes(0, 2), numbered_levels(1, 2)) != name);
}

TEST_CASE("rows of whole pages begin at pages of the file", "[cache]") {
  const TemporaryFolder folder;
  const Levels levels{{at::arange(2 * 2048, at::kFloat).view({2, 2, 32, 32}), at::ones({2, 1, 32, 64})}, 32};
  const FeatureShard shard(folder / write_shard(folder.path(), "space", image_hashes(0, 2), levels));
  for (size_t row = 0; row < 2; ++row) {
    const std::vector<at::Tensor> maps = shard.read(row);
    for (size_t l = 0; l < 2; ++l) {
      REQUIRE(maps[l].equal(levels.maps[l][static_cast<int64_t>(row)]));
      REQUIRE(reinterpret_cast<uintptr_t>(maps[l].const_data_ptr()) % 4096 == 0);
    }
  }
}

TEST_CASE("a change of any byte of a shard is seen", "[cache]") {
  const TemporaryFolder folder;
  const fs::path file = folder / write_shard(folder.path(), "space", image_hashes(0, 2), numbered_levels(0, 2));
  const std::string sound = read_file(file);
  REQUIRE(refusal_of_shard(file).empty());
  // in place: thousands of new files would wait for the disk
  const auto write_byte = [&](size_t place, char byte) {
    std::fstream(file, std::ios::binary | std::ios::in | std::ios::out)
        .seekp(static_cast<std::streamoff>(place))
        .put(byte);
  };
  for (const unsigned char change : {0x01, 0x80, 0xFF}) {
    for (size_t i = 0; i < sound.size(); ++i) {
      write_byte(i, static_cast<char>(static_cast<unsigned char>(sound[i]) ^ change));
      INFO("byte " << i << " of " << sound.size() << ", change " << int{change});
      const std::string refusal = refusal_of_shard(file);
      REQUIRE_THAT(refusal, Contains(file.string()));
      REQUIRE(refusal.find('\n') == std::string::npos);
      write_byte(i, sound[i]);
    }
  }
  REQUIRE(refusal_of_shard(file).empty());
}

TEST_CASE("a cut or lengthened shard is refused", "[cache]") {
  const TemporaryFolder folder;
  const fs::path file = folder / write_shard(folder.path(), "space", image_hashes(0, 2), numbered_levels(0, 2));
  const std::string sound = read_file(file);
  for (size_t length = 0; length < sound.size(); length += 7) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << sound.substr(0, length);
    REQUIRE_THAT(refusal_of_shard(file), Contains("damaged"));
  }
  write_file_atomically(file, sound + "x");
  REQUIRE_THAT(refusal_of_shard(file), Contains("damaged"));
}

TEST_CASE("a sound shard under another name, and another safetensors file, are refused", "[cache]") {
  const TemporaryFolder folder;
  const std::string name = write_shard(folder.path(), "space", image_hashes(0, 2), numbered_levels(0, 2));
  const std::string other = std::string(32, 'a') + ".safetensors";
  fs::copy_file(folder / name, folder / other);
  REQUIRE_THAT(refusal_of_shard(folder / other), Contains("does not match its name"));
  write_safetensors(folder / name, {{"level0", at::ones({1, 1, 1, 1})}});
  REQUIRE_THAT(refusal_of_shard(folder / name), Contains("not a feature shard"));
}
