#include "datasets/splits/split_dataset.h"

#include <catch2/catch.hpp>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("the official split is the data set itself, and no part of a key", "[datasets]") {
  const Mini mini("visa");
  const std::shared_ptr<const Dataset> dataset = open_dataset(mini.path());
  SplitSettings settings;
  CHECK(with_split(dataset, settings) == dataset);
  settings.split_seed = 5;
  settings.noise_overlap = "no";
  CHECK(split_key(settings).is_null());  // they change nothing
}

TEST_CASE("settings are applied in their order and determine the key", "[datasets]") {
  const Mini mini("visa", {.train = 20, .normal_test = 4, .anomalous_test = 6});
  const std::shared_ptr<const Dataset> dataset = open_dataset(mini.path());
  SplitSettings settings;
  settings.train_fraction = 0.5;
  settings.noise_ratio = 0.2;
  const auto split = with_split(dataset, settings);
  CHECK(split->layout() == "visa");
  CHECK(split->classes() == dataset->classes());
  CHECK(split->masks_number_defects());
  const ClassSplit made = split->load("candle");
  CHECK(made.train.size() == 12);  // 10 normal images and round(0.2 · 10) anomalous ones
  CHECK(anomalous_ids(made.train).size() == 2);
  CHECK(ids(made.test) == ids(dataset->load("candle").test));
  CHECK(split_key(settings).dump() == R"({"noise_overlap":"yes","noise_ratio":0.2,"seed":0,"train_fraction":0.5})");
  settings = {};
  settings.folds = 4;
  settings.fold = 2;
  CHECK(with_split(dataset, settings)->load("candle").train.size() == 18);
  CHECK(split_key(settings).dump() == R"({"fold":2,"folds":4,"seed":0})");
  settings = {};
  settings.split_shots = 3;
  CHECK(with_split(dataset, settings)->load("candle").train.size() == 3);
  CHECK(split_key(settings).dump() == R"({"shots":3})");
}

TEST_CASE("a manifest as split", "[datasets]") {
  const Mini mini("mpdd", {.oddities = false});
  const std::shared_ptr<const Dataset> dataset = open_dataset(mini.path());
  SplitSettings settings;
  settings.split_manifest = mini / "../" / (mini.path().filename().string() + ".csv");
  const auto write = [&](const std::string& rows) {
    mini.write("../" + mini.path().filename().string() + ".csv", "class,image,split,label\n" + rows);
  };
  const std::string train = "bracket_black,bracket_black/train/good/001.png,train,normal\n";
  write(train + "bracket_black,bracket_black/test/dent/000.png,test,anomalous\n");
  const auto split = with_split(dataset, settings);
  CHECK(ids(split->load("bracket_black").train) == std::vector<std::string>{"bracket_black/train/good/001.png"});
  CHECK(split->load("bracket_black").test.size() == 1);
  CHECK_THAT(input_error([&] { split->load("bracket_brown"); }), Contains("leaves no training images"));
  const auto key = split_key(settings);
  write(train);
  CHECK(split_key(settings) != key);
  write("bracket,bracket_black/train/good/001.png,train,normal\n");
  CHECK_THAT(input_error([&] { with_split(dataset, settings); }), Contains("csv:2: no class 'bracket'"));
  std::filesystem::remove(settings.split_manifest);
}
