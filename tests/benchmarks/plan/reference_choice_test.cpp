#include "benchmarks/plan/reference_choice.h"

#include <catch2/catch.hpp>
#include <set>

#include "core/base/atomic_file.h"
#include "core/representation/aligned.h"
#include "core/representation/reference_selection.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Places = ReferenceChoice::Places;

namespace {

std::vector<Sample> samples(const std::string& folder, int count) {
  const auto root = std::make_shared<const std::filesystem::path>("/data");
  std::vector<Sample> made;
  for (int i = 0; i < count; ++i) made.push_back({fmt::format("nut/{}/{}.png", folder, i), root, {}});
  return made;
}

/// Twelve training images, the fifth of them anomalous, and four test images.
struct ChoiceExample {
  std::string class_name = "nut";
  std::vector<Sample> train = samples("train/good", 12), test = samples("test/good", 4);
  Levels levels{{normal_tensor({12, 6, 5, 5}, 1)}, 32};
  ReferenceSettings settings;
  TemporaryFolder folder;

  ChoiceExample() {
    train[4].anomalous = true;
    settings.shots = 3;
  }
  ReferenceChoice choose() const {
    return choose_references(settings,
                             {class_name, train, test, levels, levels[0].abs(), normal_tensor({4, 6, 5, 5}, 2).abs()});
  }
  void list(const std::string& text) {
    settings.references_select = "list";
    settings.references_list = (folder / "list").string();
    write_file_atomically(settings.references_list, text);
  }
};

}  // namespace

TEST_CASE("random and k-means references are the selections among normal images", "[references]") {
  ChoiceExample e;
  const std::vector<int64_t> normals = {0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11};
  const auto places = [&](const std::vector<int64_t>& chosen) {
    Places made;
    for (int64_t index : chosen) made.push_back(static_cast<size_t>(normals[static_cast<size_t>(index)]));
    return made;
  };
  REQUIRE(e.choose().common == places(random_references(11, 3, 0)));
  REQUIRE((e.choose().train.empty() && e.choose().test.empty()));
  e.settings.references_seed = 1;
  REQUIRE(e.choose().common == places(random_references(11, 3, 1)));
  e.settings.references_select = "kmeans";
  e.settings.references_clusters = 2;
  const at::Tensor descriptors = image_descriptors(e.levels).index_select(0, at::tensor(normals));
  REQUIRE(e.choose().common == places(kmeans_references(descriptors, 3, 2, 1)));
}

TEST_CASE("anomalous training images are references only when that is asked for", "[references]") {
  ChoiceExample e;
  e.settings.shots = 12;
  REQUIRE(e.choose().common.size() == 11);
  e.settings.references_from = "noisy";
  REQUIRE(e.choose().common.size() == 12);
  e.settings.references_from = "clean";
  for (Sample& sample : e.train) sample.anomalous = true;
  REQUIRE_THROWS_WITH(e.choose(), Contains("class nut") && Contains("references.from=noisy"));
}

TEST_CASE("aligned references are the nearest normal images, never the image itself", "[references]") {
  ChoiceExample e;
  e.settings.references_select = "aligned";
  const ReferenceChoice choice = e.choose();
  REQUIRE((choice.train.size() == 12 && choice.test.size() == 4 && choice.common.empty()));
  const std::vector<int64_t> normals = {0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11};
  const at::Tensor stage = e.levels[0].abs(), kept = stage.index_select(0, at::tensor(normals));
  const AlignedReferences aligned(kept, block_centers(kept, aligned_grid, aligned_centers, 0));
  const auto expected = [&](const at::Tensor& image, size_t itself) {
    const at::Tensor order = aligned.nearest(image.unsqueeze(0), 11)[0];
    Places places;
    for (int64_t k = 0; places.size() < 3; ++k) {
      const auto place = static_cast<size_t>(normals[static_cast<size_t>(order[k].item<int64_t>())]);
      if (place != itself) places.push_back(place);
    }
    return places;
  };
  const at::Tensor test_stage = normal_tensor({4, 6, 5, 5}, 2).abs();
  for (size_t i = 0; i < 4; ++i) REQUIRE(choice.of_test(i) == expected(test_stage[static_cast<int64_t>(i)], 100));
  for (size_t i = 0; i < 12; ++i) REQUIRE(choice.of_train(i) == expected(stage[static_cast<int64_t>(i)], i));
}

TEST_CASE("exclude_self leaves an image out of its own references and nothing else", "[references]") {
  ChoiceExample e;
  e.settings.exclude_self = true;
  const ReferenceChoice choice = e.choose();
  REQUIRE(choice.train.size() == 3);
  for (size_t i = 0; i < 12; ++i) {
    Places expected = choice.common;
    std::erase(expected, i);
    REQUIRE(choice.of_train(i) == expected);
  }
  for (size_t i = 0; i < 4; ++i) REQUIRE(choice.of_test(i) == choice.common);
  e.settings.shots = 1;
  REQUIRE_THROWS_WITH(e.choose(), Contains("no reference but itself") && Contains("references.shots"));
}

TEST_CASE("a list gives its first references in its order", "[references]") {
  ChoiceExample e;
  e.list("/far/away/nut/train/good/7.png\nnut/train/good/2.png\ngood/11.png\n9.png\n");
  REQUIRE(e.choose().common == Places{7, 2, 11});
  e.settings.shots = 8;
  REQUIRE(e.choose().common == Places{7, 2, 11, 9});
}

TEST_CASE("a published list has references for every test image; training images have random ones", "[references]") {
  ChoiceExample e;
  const auto text = [](const std::string& last) {
    std::string json = "{";
    for (int i = 0; i < 3; ++i)
      json += fmt::format(R"("/d/nut/test/good/{}.png": ["/d/nut/train/good/{}.png", "/d/nut/train/good/0.png"], )", i,
                          i + 6);
    return json + last + "}";
  };
  e.list(text(R"("/d/nut/test/good/3.png": ["1.png"], "/d/nut/train/good/5.png": ["2.png"])"));
  const ReferenceChoice choice = e.choose();
  for (size_t i = 0; i < 3; ++i) REQUIRE(choice.of_test(i) == Places{i + 6, 0});
  REQUIRE(choice.of_test(3) == Places{1});
  REQUIRE(choice.of_train(5) == Places{2});
  ChoiceExample random;
  REQUIRE(choice.of_train(0) == random.choose().common);
  const Places used = choice.used();
  REQUIRE(std::set<size_t>(used.begin(), used.end()).size() == used.size());
  for (const size_t place : {0, 1, 2, 6, 7, 8}) REQUIRE(std::count(used.begin(), used.end(), place) == 1);
  e.list(text(R"("x/y.png": ["1.png"])"));
  REQUIRE_THROWS_WITH(e.choose(), Contains("no references for nut/test/good/3.png"));
}

TEST_CASE("a list cannot name what is no normal training image of the class", "[references]") {
  ChoiceExample e;
  for (const auto& [path, reason] :
       std::vector<std::pair<std::string, std::string>>{{"/etc/passwd", "no (or more than one) training image"},
                                                        {"../../nut/train/good/1.pngx", "no (or more than one)"},
                                                        {"nut/test/good/1.png", "no (or more than one)"},
                                                        {"good/4.png", "anomalous"}}) {
    e.list("7.png\n" + path + "\n");
    REQUIRE_THROWS_WITH(e.choose(), Contains(path) && Contains(reason));
  }
  e.list("7.png\ngood/7.png\n");
  REQUIRE_THROWS_WITH(e.choose(), Contains("named twice"));
}

TEST_CASE("a folder of lists has one for each class", "[references]") {
  ChoiceExample e;
  e.settings.references_select = "list";
  e.settings.references_list = e.folder.path().string();
  write_file_atomically(e.folder / "nut.txt", "3.png\n");
  REQUIRE(e.choose().common == Places{3});
  write_file_atomically(e.folder / "nut.json", R"(["5.png"])");
  REQUIRE(e.choose().common == Places{5});
  REQUIRE_THROWS_WITH(reference_list_file(e.settings, "bolt"), Contains("bolt.json"));
}

TEST_CASE("reference settings that do not go together are refused", "[references]") {
  ReferenceSettings settings;
  check_references(settings);
  settings.references_list = "/nonexistent/list";
  REQUIRE_THROWS_WITH(check_references(settings), Contains("references.select=list"));
  settings.references_select = "list";
  REQUIRE_THROWS_WITH(reference_list_file(settings, "a"), Contains("no such file"));
  settings.references_list = "";
  REQUIRE_THROWS_WITH(check_references(settings), Contains("references.list=FILE"));
}
