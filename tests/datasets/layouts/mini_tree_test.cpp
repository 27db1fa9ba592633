#include "datasets/layouts/mini_tree.h"

#include <catch2/catch.hpp>

#include <fstream>

#include "core/base/hash.h"
#include "datasets/mini.h"
#include "datasets/published_counts.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

std::map<std::string, std::string> mini_tree_contents(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file()) files[entry.path().lexically_relative(root)] = sha256_of_file(entry.path());
  return files;
}

}  // namespace

TEST_CASE("every layout's mini data set is recognised, is in order, and has its oddities", "[datasets]") {
  const Strings layouts = layouts_with_mini();
  CHECK(layouts == Strings{"btad", "folder", "manifest", "mpdd", "mvtec_3d", "mvtec_ad", "real_iad", "visa"});
  for (const std::string& layout : layouts) {
    INFO(layout);
    const Mini mini(layout);
    const auto dataset = open_dataset(mini.path());
    CHECK(dataset->layout() == layout);
    CHECK(dataset->classes().size() == 2);
    CHECK(problems_of(mini.path()).empty());
    bool hidden = false, odd_name = false, upper = false;
    for (const auto& [file, hash] : mini_tree_contents(mini.path())) {
      hidden |= fs::path(file).filename().string().starts_with("._");
      odd_name |= file.find("Prüfling 0") != file.npos;
      const std::string extension = fs::path(file).extension();
      upper |= extension == ".PNG" || extension == ".JPG" || extension == ".BMP";
    }
    CHECK(hidden);
    CHECK(upper);
    CHECK((odd_name || layout == "real_iad"));
    for (const std::string& name : dataset->classes()) {
      const ClassSplit split = dataset->load(name);
      CHECK(split.train.size() >= 4);
      CHECK(anomalous_ids(split.test).size() >= 2);
      CHECK(split.test.size() > anomalous_ids(split.test).size());
      if (const PublishedDataset* published = published_dataset(layout)) CHECK(published->find(name) != nullptr);
      for (const Sample& sample : split.test) CHECK(sample.anomalous == sample.mask.has_value());
    }
  }
}

TEST_CASE("a mini data set depends on its options alone", "[datasets]") {
  const MiniOptions options{.classes = 3, .train = 2, .normal_test = 1, .anomalous_test = 1, .size = 32, .seed = 7};
  const auto first = mini_tree_contents(Mini("btad", options).path());
  CHECK(mini_tree_contents(Mini("btad", options).path()) == first);
  MiniOptions other = options;
  other.seed = 8;
  const auto second = mini_tree_contents(Mini("btad", other).path());
  CHECK(second.size() == first.size());
  CHECK(second != first);
  other.oddities = false;
  for (const auto& [file, hash] : mini_tree_contents(Mini("btad", other).path())) {
    CHECK_THAT(file, !Contains("Prüfling") && !Contains("._") && !Contains(".BMP") && !Contains(".PNG"));
  }
}

TEST_CASE("a mini data set overwrites nothing and refuses what it cannot make", "[datasets]") {
  Tree tree;
  tree.write("there/notes.txt", "mine");
  tree.folder("empty");
  CHECK_THAT(input_error([&] { make_mini_dataset(tree / "there", "visa", {}); }), Contains("there already"));
  CHECK(fs::exists(tree / "there/notes.txt"));
  CHECK_THAT(input_error([&] { make_mini_dataset(tree / "x", "viza", {}); }), Contains("did you mean 'visa'"));
  CHECK_THAT(input_error([&] { make_mini_dataset(tree / "x", "demo", {}); }), Contains("no mini data set"));
  CHECK_THAT(input_error([&] { make_mini_dataset(tree / "x", "visa", {.size = 4}); }), Contains("size=4"));
  CHECK_FALSE(fs::exists(tree / "x"));
  make_mini_dataset(tree / "empty/", "visa", {});
  CHECK(open_dataset(tree / "empty")->layout() == "visa");
}
