#include "datasets/splits/split_settings.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// What is said of settings that `change` made of the default ones.
template <class Change>
std::string checking(Change change) {
  SplitSettings settings;
  change(settings);
  return input_error([&] { check_split(settings); });
}

}  // namespace

TEST_CASE("settings that do not go together are refused", "[datasets]") {
  CHECK_THAT(checking([](auto& s) { s.train_fraction = 0.5, s.split_shots = 2; }), Contains("set one of them"));
  CHECK_THAT(checking([](auto& s) { s.folds = 1; }), Contains("split.folds=1"));
  CHECK_THAT(checking([](auto& s) { s.folds = 3, s.fold = 3; }), Contains("split.fold=3"));
  CHECK_THAT(checking([](auto& s) { s.fold = 1; }), Contains("set split.folds too"));
}

TEST_CASE("what a split's key holds is what changes the split", "[datasets]") {
  const auto key_with = [](const auto& change) {
    SplitSettings settings;
    change(settings);
    return split_key(settings);
  };
  using Settings = SplitSettings;
  CHECK(key_with([](Settings&) {}).is_null());
  CHECK(key_with([](Settings& s) { s.split_seed = 3, s.noise_overlap = "no"; }).is_null());
  CHECK(key_with([](Settings& s) { s.split_shots = 2, s.split_seed = 3; }) ==
        nlohmann::json{{"shots", 2}});  // no chance
  CHECK(key_with([](Settings& s) { s.train_fraction = 0.1, s.split_seed = 3; }) ==
        nlohmann::json{{"train_fraction", 0.1}, {"seed", 3}});
  CHECK(key_with([](Settings& s) { s.noise_ratio = 0.1, s.noise_overlap = "no"; }) ==
        nlohmann::json{{"noise_ratio", 0.1}, {"noise_overlap", "no"}, {"seed", 0}});
  CHECK(key_with([](Settings& s) { s.folds = 5, s.fold = 4; }) ==
        nlohmann::json{{"folds", 5}, {"fold", 4}, {"seed", 0}});
  CHECK(key_with([](Settings& s) { s.split_group = "^(m.)"; }) == nlohmann::json{{"group", "^(m.)"}});
  const Tree tree;
  tree.write("m.csv", "abc");
  CHECK(key_with([&](Settings& s) { s.split_manifest = tree / "m.csv"; }) ==  // SHA-256 of "abc", FIPS 180-4
        nlohmann::json{{"manifest_sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}});
}
