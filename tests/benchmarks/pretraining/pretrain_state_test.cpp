#include "benchmarks/pretraining/pretrain_state.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

PretrainState state_at(int64_t pass) {
  PretrainState state{1, pass, {}, {}, {}, "settings", "scores so far"};
  state.weights["w"] = at::full({2, 3}, static_cast<double>(pass));
  state.optimiser["m/w"] = at::full({2, 3}, 0.5);
  state.centers = {at::arange(4), at::ones({2})};
  return state;
}

fs::path file_of_pass(const TemporaryFolder& folder, int64_t pass) {
  return folder / fmt::format("states/000001-{:08}.safetensors", pass);
}

/// Another byte in the middle: of a tensor.
void damage(const fs::path& file) {
  std::string bytes = read_file(file);
  bytes[bytes.size() - 5] = static_cast<char>(bytes[bytes.size() - 5] ^ 4);
  write_file_atomically(file, bytes);
}

}  // namespace

TEST_CASE("the latest state comes back whole", "[pretrain]") {
  const TemporaryFolder folder;
  CHECK_FALSE(latest_state(folder.path(), "settings"));
  for (const int64_t pass : {3, 20, 100}) save_state(folder.path(), state_at(pass), 2);
  CHECK_FALSE(fs::exists(file_of_pass(folder, 3)));
  const auto state = latest_state(folder.path(), "settings");
  REQUIRE(state);
  CHECK((state->epoch == 1 && state->pass == 100 && state->validation == "scores so far"));
  CHECK(state->weights.at("w").equal(state_at(100).weights.at("w")));
  CHECK(state->optimiser.at("m/w").equal(state_at(100).optimiser.at("m/w")));
  REQUIRE(state->centers.size() == 2);
  CHECK(state->centers[0].equal(at::arange(4)));
  CHECK_THROWS_WITH(latest_state(folder.path(), "others"), Contains("other settings, weights or images"));
}

TEST_CASE("a damaged, cut or foreign latest state gives way to the one before", "[pretrain]") {
  const TemporaryFolder folder;
  for (const int64_t pass : {10, 20}) save_state(folder.path(), state_at(pass), 2);
  const fs::path latest = file_of_pass(folder, 20);
  const std::string whole = read_file(latest);
  const std::string what = GENERATE("one bit", "cut", "empty", "of adrep 0.1, without a seal");
  INFO(what);
  if (what == "one bit")
    damage(latest);
  else if (what == "of adrep 0.1, without a seal")
    write_safetensors(latest, state_at(20).weights, {{"epoch", "1"}, {"pass", "20"}, {"identity", "settings"}});
  else
    write_file_atomically(latest, what == "cut" ? whole.substr(0, whole.size() / 2) : "");
  const auto state = latest_state(folder.path(), "settings");
  REQUIRE(state);
  CHECK(state->pass == 10);
  damage(file_of_pass(folder, 10));
  CHECK_THROWS_WITH(latest_state(folder.path(), "settings"), Contains("none of the saved states can be read"));
}
