#include "benchmarks/run/reference_banks.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "core/io/safetensors.h"
#include "core/representation/residual.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;
using Part = ReferenceBanks::Part;

namespace {

/// Six training images, whose files hold their number, and three test images.
struct BanksExample {
  TemporaryFolder folder;
  std::vector<Sample> train, test;
  Levels train_levels{{normal_tensor({6, 4, 3, 2}, 1), normal_tensor({6, 5, 2, 2}, 2)}, 32};
  Levels test_levels{{normal_tensor({3, 4, 3, 2}, 3), normal_tensor({3, 5, 2, 2}, 4)}, 32};

  BanksExample() {
    const auto root = std::make_shared<const std::filesystem::path>(folder / ".");
    for (int i = 0; i < 6; ++i) {
      train.push_back({fmt::format("train/{}.png", i), root, {}});
      write_file_atomically(train.back().image(), fmt::format("{}", i));
    }
    for (int i = 0; i < 3; ++i) test.push_back({fmt::format("test/{}.png", i), root, {}});
  }
  ReferenceBanks banks(const ReferenceChoice& choice, const FeatureRoom& room = {}) const {
    const ReferenceChoice::Places used = choice.used();
    const ChosenFeatures features(train_levels, {used.begin(), used.end()});
    return {choice, features, train, {0, 1, 2, 3, 4, 5, 6}, {0, 1, 2, 3}, 7, room};
  }
  /// The residual of one image to these training images.
  at::Tensor by_hand(const at::Tensor& image, int64_t level, const ReferenceChoice::Places& places) const {
    std::vector<at::Tensor> rows;
    for (size_t place : places) rows.push_back(train_levels[level][static_cast<int64_t>(place)].flatten(1).t());
    return residual(image.unsqueeze(0), at::cat(rows).contiguous(), Match::cosine)[0];
  }
};

}  // namespace

TEST_CASE("every image is compared with its own references, or the shared ones", "[references]") {
  const BanksExample e;
  for (const ReferenceChoice& choice :
       {ReferenceChoice{{4, 1, 2}, {}, {}}, ReferenceChoice{{4, 1}, {{1, {4}}, {4, {1}}}, {{0, {5, 0}}}},
        ReferenceChoice{{},
                        {{0, {1}}, {1, {0}}, {2, {5}}, {3, {5}}, {4, {3}}, {5, {2, 3}}},
                        {{0, {0}}, {1, {5}}, {2, {2, 0, 1}}}}}) {
    const ReferenceBanks banks = e.banks(choice);
    const ResidualRepresentation residuals(banks.shared(), Match::cosine);
    for (const int64_t batch : {1, 2, 100}) {
      const Levels train = banks.represented(residuals, e.train_levels, Part::train, "", batch);
      const Levels test = banks.represented(residuals, e.test_levels, Part::test, "", batch);
      for (int64_t l = 0; l < 2; ++l) {
        for (size_t i = 0; i < 6; ++i) {
          const auto n = static_cast<int64_t>(i);
          REQUIRE(train[l][n].equal(e.by_hand(e.train_levels[l][n], l, choice.of_train(i))));
        }
        for (size_t i = 0; i < 3; ++i) {
          const auto n = static_cast<int64_t>(i);
          REQUIRE(test[l][n].equal(e.by_hand(e.test_levels[l][n], l, choice.of_test(i))));
        }
      }
    }
  }
}

TEST_CASE("references in files are those in memory", "[references]") {
  const BanksExample e;
  const SpillFolder spill(e.folder / "spill");
  const ReferenceChoice choice{{4, 1}, {{1, {4}}, {4, {1}}}, {{0, {5, 0}}}};
  const ReferenceBanks filed = e.banks(choice, {&spill, 9, 1}), held = e.banks(choice);
  for (const ReferenceChoice::Places& places : {choice.common, ReferenceChoice::Places{5, 0}})
    for (size_t l = 0; l < 2; ++l) CHECK(filed.bank_of(places).rows[l].equal(held.bank_of(places).rows[l]));
  CHECK(is_spilled(filed.bank_of({1}).rows[0]));
  CHECK_FALSE(is_spilled(held.bank_of({1}).rows[0]));
}

TEST_CASE("a bank knows its images by id and content", "[references]") {
  const BanksExample e;
  const ReferenceBanks banks = e.banks({{4, 1, 2}, {}, {}});
  REQUIRE(banks.files() == std::vector<std::string>{"train/4.png", "train/1.png", "train/2.png"});
  REQUIRE(banks.hashes() == std::vector<std::string>{sha256_of("4"), sha256_of("1"), sha256_of("2")});
  REQUIRE(banks.bank_of({2, 4}).files == std::vector<std::string>{"train/2.png", "train/4.png"});
  REQUIRE(banks.shared().seed == 7);
}

TEST_CASE("a saved bank has rows, images, hashes and seed; its list gives the same choice", "[references]") {
  const BanksExample e;
  const auto only = [&](const char* ending) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(e.folder / "banks"))
      if (entry.path().extension() == ending) found.push_back(entry.path());
    REQUIRE(found.size() == 1);
    return found[0];
  };
  const ReferenceBanks banks = e.banks({{4, 1}, {{1, {4}}, {4, {1}}}, {{0, {5, 0}}}});
  banks.save(e.folder / "banks", "nut", {{"backbone", "b"}}, e.train, e.test);
  banks.save(e.folder / "banks", "nut", {{"backbone", "b"}}, e.train, e.test);
  const Safetensors bank = read_safetensors(only(".safetensors"));
  const auto provenance = nlohmann::json::parse(bank.metadata.at("adrep_references"));
  REQUIRE(provenance["backbone"] == "b");
  REQUIRE(provenance["seed"] == 7);
  REQUIRE(provenance["files"].dump() == R"(["train/4.png","train/1.png","train/5.png","train/0.png"])");
  REQUIRE(provenance["sha256"][2] == sha256_of("5"));
  REQUIRE(bank.at("level1").equal(banks.bank_of({4, 1, 5, 0}).rows[1]));

  ReferenceSettings settings;
  settings.references_select = "list";
  settings.references_list = only(".json").string();
  const std::string name = "nut";
  const ReferenceChoice again = choose_references(settings, {name, e.train, e.test, e.train_levels});
  for (size_t i = 0; i < 6; ++i) REQUIRE(again.of_train(i) == banks.choice().of_train(i));
  for (size_t i = 0; i < 3; ++i) REQUIRE(again.of_test(i) == banks.choice().of_test(i));
}
