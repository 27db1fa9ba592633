#include "core/io/sharded_checkpoint.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "core/io/checkpoint_builder.h"
#include "core/io/torch_checkpoint.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// Two shards with `a`, `b` and `c`, and their index.
std::filesystem::path write_sharded(const TemporaryFolder& folder, const std::string& index =
                                                                       R"({"metadata": {"total_size": 24}, "weight_map":
                                    {"a": "m-00001-of-00002.safetensors", "b": "m-00001-of-00002.safetensors",
                                     "c": "m-00002-of-00002.safetensors"}})") {
  write_safetensors(folder / "m-00001-of-00002.safetensors", {{"a", at::tensor({1.f, 2.f})}, {"b", at::ones({2})}});
  write_safetensors(folder / "m-00002-of-00002.safetensors", {{"c", at::tensor({5.f, 6.f})}});
  write_file_atomically(folder / "m.safetensors.index.json", index);
  return folder / "m.safetensors.index.json";
}

std::string said_of_index(const std::string& text) {
  const TemporaryFolder folder;
  const auto index = write_sharded(folder, text);
  return refusal([&] { read_state_dict(index); });
}

}  // namespace

TEST_CASE("weights in several files are read through their index", "[io]") {
  const TemporaryFolder folder;
  const auto index = write_sharded(folder);
  CHECK(is_shard_index(index));
  CHECK_FALSE(is_shard_index(folder / "m-00002-of-00002.safetensors"));
  const TensorMap tensors = read_state_dict(index);
  REQUIRE(tensors.size() == 3);
  CHECK(tensors.at("c").equal(at::tensor({5.f, 6.f})));
  CHECK(tensors.at("a").equal(at::tensor({1.f, 2.f})));
}

TEST_CASE("the hash of sharded weights follows every one of their files", "[io]") {
  const TemporaryFolder folder;
  const auto index = write_sharded(folder), single = folder / "m-00001-of-00002.safetensors";
  CHECK(hash_of_weights(single) == sha256_of_file(single));
  const std::string lines = "m.safetensors.index.json " + sha256_of_file(index) + "\nm-00001-of-00002.safetensors " +
                            sha256_of_file(single) + "\nm-00002-of-00002.safetensors " +
                            sha256_of_file(folder / "m-00002-of-00002.safetensors") + "\n";
  CHECK(hash_of_weights(index) == sha256_of(lines));
  const std::string before = hash_of_weights(index);
  write_safetensors(folder / "m-00002-of-00002.safetensors", {{"c", at::tensor({5.f, 7.f})}});
  CHECK(hash_of_weights(index) != before);
}

TEST_CASE("an index that does not fit its files, or names others than those beside it, is refused", "[io]") {
  const TemporaryFolder folder;
  const auto index = write_sharded(folder);
  std::filesystem::remove(folder / "m-00002-of-00002.safetensors");
  CHECK_THAT(refusal([&] { read_state_dict(index); }), Contains("m-00002-of-00002.safetensors") && Contains("beside"));
  for (const char* place : {"../x.safetensors", "/etc/passwd", "", ".", "a\\\\b"})
    CHECK_THAT(said_of_index(fmt::format(R"({{"weight_map": {{"a": "{}"}}}})", place)), Contains("no name of a file"));
  CHECK_THAT(said_of_index(R"({"weight_map": {"a": 3}})"), Contains("no name of a file"));
  CHECK_THAT(said_of_index(R"({"weight_map": {}})"), Contains("no index of weights"));
  CHECK_THAT(said_of_index(R"({"hidden_size": 8})"), Contains("no index of weights"));
  CHECK_THAT(said_of_index(R"({"weight_map": )"), Contains("no index of weights"));
  CHECK_THAT(said_of_index(R"({"weight_map": {"z": "m-00001-of-00002.safetensors"}})"),
             Contains("lacks 'z'") && Contains("not of one model"));
  CHECK_THAT(said_of_index(R"({"weight_map": {"a": "m-00001-of-00002.safetensors"}})"),
             Contains("has 'b'") && Contains("not of one model"));
  CHECK_THAT(said_of_index(R"({"weight_map": {"a": "m.safetensors.index.json"}})"), Contains("another index"));
}

TEST_CASE("a part of sharded weights is known by its name", "[io]") {
  CHECK(shard_hint("/a/model-00002-of-00005.safetensors") ==
        "; it is part 2 of 5: name their index, model.safetensors.index.json");
  for (const char* whole : {"model.safetensors", "model-00001-of-00001.safetensors", "a-1-of-2.bin"})
    CHECK(shard_hint(whole).empty());
}
