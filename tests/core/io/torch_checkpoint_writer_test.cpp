#include "core/io/torch_checkpoint_writer.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "core/io/torch_checkpoint.h"
#include "core/io/zip_archive.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("a torch file holds what was written, and is a sound zip", "[io]") {
  const TemporaryFolder folder;
  TorchCheckpoint written{.tensors_key = "projectors",
                          .tensors = {{"a.weight", normal_tensor({3, 5}, 1)},
                                      {"b", normal_tensor({4, 2}, 2).t()},
                                      {"empty", at::zeros({0, 3})},
                                      {"scalar", at::scalar_tensor(2.5)}},
                          .numbers = {{"pix_pro", 0.875}, {"third", 1.0 / 3}, {"negative", -1e-300}},
                          .texts = {{"note", "größer \"quoted\"\n"}, {"long", std::string(70'000, 'x')}},
                          .lists = {{"decoders", {{{"w", normal_tensor({2, 3}, 3)}}, {}, {{"w", at::ones({1})}}}}}};
  const std::filesystem::path file = folder / "best.pth";
  write_torch_checkpoint(file, written);
  const CheckpointValue read = read_torch_checkpoint(file);
  REQUIRE(read.dict()->size() == 7);
  for (const auto& [key, tensor] : written.tensors) {
    const CheckpointValue* found = read.find("projectors")->find(key);
    REQUIRE((found && found->tensor()));
    REQUIRE(found->tensor()->sizes() == tensor.sizes());
    REQUIRE(found->tensor()->equal(tensor));
  }
  for (const auto& [key, number] : written.numbers) REQUIRE(std::get<double>(read.find(key)->value) == number);
  for (const auto& [key, text] : written.texts) REQUIRE(*read.find(key)->text() == text);

  const CheckpointValue::List& decoders = *read.find("decoders")->list();
  REQUIRE(decoders.size() == 3);
  REQUIRE(decoders[0].find("w")->tensor()->equal(normal_tensor({2, 3}, 3)));
  REQUIRE(decoders[1].dict()->empty());
  REQUIRE(decoders[2].find("w")->tensor()->equal(at::ones({1})));

  // data at multiples of 64 bytes, as torch writes it, so that a reader may map it; checksums by the usual definition
  const ZipArchive archive(std::make_shared<const MappedFile>(file));
  const std::string bytes = read_file(file);
  for (const auto& [name, entry] : archive.entries()) {
    const auto u16 = [&](size_t at) {
      return static_cast<size_t>(static_cast<unsigned char>(bytes[at])) +
             256 * static_cast<size_t>(static_cast<unsigned char>(bytes[at + 1]));
    };
    const size_t start = entry.header + 30 + u16(entry.header + 26) + u16(entry.header + 28);
    CHECK(start % 64 == 0);
    uint32_t crc = 0xffffffff;
    for (size_t i = start; i < start + entry.size; ++i) {
      crc ^= static_cast<unsigned char>(bytes[i]);
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    CHECK(entry.crc == ~crc);
  }

  const std::string hash = sha256_of_file(file);
  std::filesystem::remove(file);
  write_torch_checkpoint(file, written);
  REQUIRE(sha256_of_file(file) == hash);
}
