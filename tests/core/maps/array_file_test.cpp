#include "core/maps/array_file.h"

#include <zlib.h>
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "map_files_support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

std::string raw_deflated(const std::string& content) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Entry {
  std::string name, content;
  bool deflate = false;
  uint32_t claimed_size = 0;  ///< 0: the true one
};

/// A zip file written byte by byte after APPNOTE 4.3.
std::string npz(const std::vector<Entry>& entries) {
  std::string file, directory;
  for (const Entry& entry : entries) {
    const std::string data = entry.deflate ? raw_deflated(entry.content) : entry.content;
    const auto crc =
        static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(entry.content.data()), entry.content.size()));
    const uint32_t size = entry.claimed_size > 0 ? entry.claimed_size : static_cast<uint32_t>(entry.content.size());
    const std::string common =
        number_bytes<uint16_t>(20) + number_bytes<uint16_t>(0) + number_bytes<uint16_t>(entry.deflate ? 8 : 0) +
        number_bytes<uint32_t>(0) + number_bytes(crc) + number_bytes(static_cast<uint32_t>(data.size())) +
        number_bytes(size) + number_bytes(static_cast<uint16_t>(entry.name.size())) + number_bytes<uint16_t>(0);
    directory += "PK\1\2" + number_bytes<uint16_t>(20) + common + std::string(10, '\0') +
                 number_bytes(static_cast<uint32_t>(file.size())) + entry.name;
    file += "PK\3\4" + common + entry.name + data;
  }
  const auto start = static_cast<uint32_t>(file.size());
  const auto count = static_cast<uint16_t>(entries.size());
  return file + directory + "PK\5\6" + number_bytes<uint32_t>(0) + number_bytes(count) + number_bytes(count) +
         number_bytes(static_cast<uint32_t>(directory.size())) + number_bytes(start) + number_bytes<uint16_t>(0);
}

const std::string kMaps = npy("<f4", "(2, 1, 2)", numbers_bytes<float>({1, 2, 3, 4}));
const std::string kMasks = npy("|u1", "(2, 1, 2)", std::string("\0\1\0\0", 4));

std::vector<uint8_t> mask_in(const ArrayPlace& place) {
  MaskFacts facts;
  return ArrayStack(read_array(place, "")).mask(0, {}, facts);
}

}  // namespace

TEST_CASE("safetensors: unsigned integers of 16, 32 and 64 bits; a type that is not read is named") {
  const TemporaryFolder folder;
  const auto file = folder / "m.safetensors";
  const auto write = [&](const std::string& dtype, const std::string& data) {
    const std::string header =
        fmt::format(R"({{"m":{{"dtype":"{}","shape":[1,2],"data_offsets":[0,{}]}}}})", dtype, data.size());
    write_file_atomically(file, number_bytes(static_cast<uint64_t>(header.size())) + header + data);
    return ArrayStack(read_array({file, ""}, "maps")).scores(0);
  };
  CHECK(write("U16", numbers_bytes<uint16_t>({1, 65535})) == std::vector<double>{1, 65535});
  CHECK(write("U32", numbers_bytes<uint32_t>({7, 4294967295u})) == std::vector<double>{7, 4294967295.0});
  CHECK(write("U64", numbers_bytes<uint64_t>({0, uint64_t{1} << 40})) == std::vector<double>{0, 1099511627776.0});
  for (const std::string dtype : {"C64", "F8_E4M3"})
    REQUIRE_THROWS_WITH(write(dtype, "12345678"), Contains("'m' has the dtype " + dtype) && Contains("save it as F32"));
}

TEST_CASE("npz: stored and deflated arrays, by name and by what there is") {
  const TemporaryFolder folder;
  for (const bool deflate : {false, true}) {
    const auto file = folder / (deflate ? "d.npz" : "s.npz");
    write_file_atomically(file, npz({{"maps.npy", kMaps, deflate}, {"masks.npy", kMasks, deflate}}));
    CHECK(ArrayStack(read_array({file, ""}, "maps")).scores(1) == std::vector<double>{3, 4});
    CHECK(mask_in({file, "masks"}) == std::vector<uint8_t>{0, 1});
    CHECK(has_array(file, "masks"));
    CHECK_FALSE(has_array(file, "mask"));
    REQUIRE_THROWS_WITH(read_array({file, "mask"}, "maps"), Contains("no array 'mask'") && Contains("'masks'"));
    REQUIRE_THROWS_WITH(read_array({file, ""}, "other"), Contains("say which one"));
  }
  const auto only = folder / "one.npz";
  write_file_atomically(only, npz({{"arr_0.npy", kMaps, true}}));
  CHECK(ArrayStack(read_array({only, ""}, "maps")).images() == 2);
  write_file_atomically(only, npz({{"readme.txt", "text"}}));
  REQUIRE_THROWS_WITH(read_array({only, ""}, "maps"), Contains("holds no array"));
}

TEST_CASE("npz: deflate bombs and lying sizes are refused before memory is taken") {
  const TemporaryFolder folder;
  const auto file = folder / "bomb.npz";
  const auto message = [&](const std::string& content, uint32_t claimed) -> std::string {
    write_file_atomically(file, npz({{"maps.npy", content, true, claimed}}));
    try {
      read_array({file, ""}, "maps");
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::string zeros(3 << 20, '\0');
  CHECK_THAT(message(kMaps, 0xf0000000), Contains("claims 4026531840 bytes"));  // more than deflate can expand to
  CHECK_THAT(message(zeros, 1 << 20), Contains("cannot be inflated"));          // longer than it says
  CHECK_THAT(message(zeros, (3 << 20) + 1), Contains("cannot be inflated"));    // shorter
  std::string
      noise;  // does not deflate, so that a claim of 1.1 GiB is within deflate's ratio, but beyond the allowance
  uint32_t state = 1;
  for (int i = 0; i < 6 << 18; ++i) noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  CHECK_THAT(message(noise, 1100u << 20), Contains("refused: inflating 'maps.npy' would take more than"));
}

TEST_CASE("safetensors: a named tensor of a file; other tools' dtypes") {
  const TemporaryFolder folder;
  const std::string header =
      R"({"maps":{"dtype":"BF16","shape":[1,1,2],"data_offsets":[0,4]},"masks":{"dtype":"BOOL","shape":[1,1,2],"data_offsets":[4,6]}})";
  const auto file = folder / "m.safetensors";
  // bfloat16: 1.0 = 0x3f80, -2.0 = 0xc000
  write_file_atomically(file, number_bytes(static_cast<uint64_t>(header.size())) + header +
                                  numbers_bytes<uint16_t>({0x3f80, 0xc000}) + std::string("\1\0", 2));
  CHECK(ArrayStack(read_array({file, ""}, "maps")).scores(0) == std::vector<double>{1, -2});
  CHECK(mask_in(array_place(file.string() + ":masks")) == std::vector<uint8_t>{1, 0});
  CHECK(has_array(file, "masks"));
}

TEST_CASE("places: FILE:NAME, and files whose own name has a colon") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a:b.npy", kMaps);
  CHECK(array_place(folder / "a:b.npy").name.empty());
  CHECK(array_place("x.npz:scores").file == "x.npz");
  CHECK(array_place("x.npz:scores").name == "scores");
  CHECK(array_place("C:folder").name.empty());
  REQUIRE_THROWS_WITH(read_array({folder / "a:b.npy", "maps"}, ""), Contains("one array"));
}
