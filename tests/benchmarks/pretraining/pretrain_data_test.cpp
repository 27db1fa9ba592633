#include "benchmarks/pretraining/pretrain_data.h"

#include <catch2/catch.hpp>
#include <set>

#include "benchmarks/pretraining/pretrain_validation.h"
#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Real-IAD's mini tree by its folders, with the views 3 to 5 besides: copies of the first one's files.
Mini five_views() {
  Mini mini("real_iad", {.oddities = false});
  mini.remove("realiad_jsons");
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(mini.path()))
    if (entry.path().filename().string().find("_C1_") != std::string::npos) files.push_back(entry.path());
  for (const fs::path& file : files) {
    for (const char* view : {"_C3_", "_C4_", "_C5_"}) {
      std::string name = file.filename().string();
      name.replace(name.find("_C1_"), 4, view);
      fs::copy_file(file, file.parent_path() / name);
    }
  }
  return mini;
}

}  // namespace

TEST_CASE("pretraining data: references of Real-IAD are of the same class and view", "[pretraining]") {
  const Mini mini = five_views();
  PretrainSettings settings;
  settings.data = mini.path().string();
  const PretrainData data = open_pretrain_data(settings);
  REQUIRE(data.classes.size() == 2);
  REQUIRE(data.normals.size() == 10);
  REQUIRE(std::set<std::string>(data.group_names.begin(), data.group_names.end()).contains("audiojack, view C5"));
  const auto class_of = [](const Sample& sample) {
    const size_t first = sample.id.find('/') + 1;
    return sample.id.substr(first, sample.id.find('/', first) - first);
  };
  size_t normals = 0;
  for (size_t i = 0; i < data.images.size(); ++i) {
    normals += !data.images[i].anomalous;
    REQUIRE_FALSE(data.images[i].view.empty());
    REQUIRE_FALSE(data.normals[data.group_of[i]].empty());
    for (const size_t reference : data.normals[data.group_of[i]]) {
      REQUIRE_FALSE(data.images[reference].anomalous);
      REQUIRE(data.images[reference].view == data.images[i].view);
      REQUIRE(class_of(data.images[reference]) == class_of(data.images[i]));
    }
  }
  // every normal image is the reference of exactly one group
  std::set<size_t> all;
  size_t listed = 0;
  for (const auto& group : data.normals) all.insert(group.begin(), group.end()), listed += group.size();
  REQUIRE((all.size() == normals && listed == normals));
  REQUIRE(data.normal_images() == std::vector<size_t>(all.begin(), all.end()));
}

TEST_CASE("pretraining data: a view without a normal image is named", "[pretraining]") {
  const Mini mini = five_views();
  for (const auto& entry : fs::recursive_directory_iterator(mini / "realiad_512/bottle_cap/OK"))
    if (entry.path().string().find("_C4_") != std::string::npos) fs::remove(entry.path());
  PretrainSettings settings;
  settings.data = mini.path().string();
  REQUIRE_THROWS_WITH(open_pretrain_data(settings), Contains("class bottle_cap, view C4: no normal image"));
}

TEST_CASE("pretraining data: MVTec AD's anomalies are those of its test part, its groups the classes",
          "[pretraining]") {
  const Mini mini("mvtec_ad");
  PretrainSettings settings;
  settings.data = mini.path().string();
  const PretrainData data = open_pretrain_data(settings);
  REQUIRE(data.normals.size() == data.classes.size());
  REQUIRE(data.group_names[0] == data.classes[0].name);
  int64_t anomalous = 0;
  for (const Sample& sample : data.images) {
    anomalous += sample.anomalous;
    if (sample.anomalous) REQUIRE_THAT(sample.id, Contains("/test/"));
  }
  REQUIRE(anomalous > 0);
}

TEST_CASE("results inside the data that projectors are pretrained or validated on are refused", "[pretraining]") {
  const Mini mini("mvtec_ad", {.oddities = false}), other("mvtec_ad", {.oddities = false});
  PretrainConfig config;
  config.settings.data = mini.path().string();
  config.settings.output = (mini.path() / "results/pretraining").string();
  CHECK_THROWS_WITH(open_pretrain_data(config.settings),
                    Contains("lies inside the data folder " + mini.path().string()));
  config.settings.output = (other.path() / "results").string();
  const PretrainData data = open_pretrain_data(config.settings);
  config.settings.selection = "oracle";
  config.validation.data = other.path().string();
  CHECK_THROWS_WITH(PretrainValidation(config, data), Contains("lies inside the data folder " + other.path().string()));
  config.settings.output = mini.path().string() + "-results";
  CHECK_NOTHROW(PretrainValidation(config, data));
}
