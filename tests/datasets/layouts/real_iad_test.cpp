#include "datasets/layouts/real_iad.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

constexpr const char* list_file = "realiad_jsons/realiad_jsons/audiojack.json";
constexpr const char* base = "realiad_512/audiojack/";

/// What loading says after `change` was made to the list of audiojack.
template <class Change>
std::string loading_with(Change change) {
  const Mini mini("real_iad");
  nlohmann::json list = nlohmann::json::parse(read_file(mini / list_file));
  change(list);
  mini.write(list_file, list.dump());
  return input_error([&] { open_dataset(mini.path())->load("audiojack"); });
}

}  // namespace

TEST_CASE("real_iad: the lists decide; an image of a defect without a mask is normal", "[datasets]") {
  const Mini mini("real_iad");
  const auto dataset = open_dataset(mini.path());
  CHECK(dataset->layout() == "real_iad");
  CHECK(dataset->classes() == Strings{"audiojack", "bottle_cap"});
  const ClassSplit split = dataset->load("audiojack");
  CHECK(split.train.size() == 8);
  CHECK(split.train[0].id == std::string(base) + "OK/S0001/audiojack_0001_OK_C1_20231023.jpg");
  CHECK(split.train[1].view == "C2");
  CHECK(split.test.size() == 8);
  CHECK(std::is_sorted(split.test.begin(), split.test.end(),
                       [](const Sample& a, const Sample& b) { return a.id < b.id; }));
  const std::string defects = std::string(base) + "NG/AK/";
  CHECK(anomalous_ids(split.test) == Strings{defects + "S0001/audiojack_0001_NG_AK_C1_20231023.jpg",
                                             defects + "S0002/audiojack_0002_NG_AK_C1_20231023.JPG",
                                             defects + "S0002/audiojack_0002_NG_AK_C2_20231023.JPG"});
  CHECK(split.test[0].defect == "AK");
  CHECK(split.test[0].mask == mini / (defects + "S0001/audiojack_0001_NG_AK_C1_20231023.png"));
  CHECK_FALSE(split.test[1].anomalous);
  CHECK(split.test[1].defect == "good");
}

TEST_CASE("real_iad: without lists the folders decide, with the same labels", "[datasets]") {
  const Mini mini("real_iad");
  const ClassSplit listed = open_dataset(mini.path())->load("audiojack");
  const auto inner = open_dataset(mini / "realiad_512");
  CHECK(inner->layout() == "real_iad");
  const ClassSplit below = inner->load("audiojack");
  CHECK(below.train.size() == 12);  // test normals are among the OK folder's
  CHECK(below.test.size() == 4);
  CHECK(below.test[0].id == "audiojack/NG/AK/S0001/audiojack_0001_NG_AK_C1_20231023.jpg");
  std::map<std::string, bool> labels;
  for (const auto* part : {&below.train, &below.test})
    for (const Sample& sample : *part) labels["realiad_512/" + sample.id] = sample.anomalous;
  CHECK(labels.size() == listed.train.size() + listed.test.size());
  for (const auto* part : {&listed.train, &listed.test})
    for (const Sample& sample : *part) CHECK(labels.at(sample.id) == sample.anomalous);
  mini.remove("realiad_jsons");
  CHECK(open_dataset(mini.path())->load("audiojack").train.size() == 12);
}

TEST_CASE("real_iad: resolutions", "[datasets]") {
  const Mini mini("real_iad");
  const ClassSplit small = open_dataset(mini.path(), "real_iad_256")->load("audiojack");
  CHECK(small.train.size() == 8);
  CHECK(small.train[0].id == "realiad_256/audiojack/OK/S0001/audiojack_0001_OK_C1_20231023.jpg");
  CHECK_THAT(input_error([&] { open_dataset(mini.path(), "real_iad_1024"); }), Contains("not in the layout"));
  mini.remove("realiad_512");
  CHECK(open_dataset(mini.path())->load("audiojack").train[0].id.starts_with("realiad_256/"));
}

TEST_CASE("real_iad: folders of normal and defective images of other data sets are not taken for it", "[datasets]") {
  Tree tree;
  tree.images("gear/OK", {"1.png", "2.png", "3.png"});
  tree.images("gear/NG", {"1.png"});
  CHECK(open_dataset(tree.path())->layout() == "folder");
}

TEST_CASE("real_iad: a list that is none, or names what it must not, is one line", "[datasets]") {
  CHECK_THAT(loading_with([](auto& list) { list["train"][0]["image_path"] = "../../../../etc/passwd"; }),
             Contains("audiojack.json: line 1: ") && Contains("leaves the data set's folder"));
  CHECK_THAT(loading_with([](auto& list) { list["meta"]["prefix"] = "../"; }),
             Contains("leaves the data set's folder"));
  CHECK_THAT(loading_with([](auto& list) { list["meta"]["prefix"] = "/etc/"; }), Contains("empty or '.' part"));
  CHECK_THAT(loading_with([](auto& list) { list["train"][1] = list["train"][0]; }), Contains("listed twice"));
  CHECK_THAT(loading_with([](auto& list) { list["train"][3].erase("image_path"); }),
             Contains("entry 4") && Contains("image_path"));
  CHECK_THAT(loading_with([](auto& list) { list["test"] = 3; }), Contains("not a list of Real-IAD"));
  CHECK_THAT(loading_with([](auto& list) { list = nlohmann::json::array(); }), Contains("no JSON object"));
  CHECK_THAT(loading_with([](auto& list) { list["train"].push_back(list["test"].back()); }),
             Contains("an anomalous training image"));
  const Mini mini("real_iad");
  mini.remove(list_file);
  CHECK_THAT(input_error([&] { open_dataset(mini.path())->load("audiojack"); }),
             Contains("audiojack.json: no such file"));
  CHECK(open_dataset(mini.path())->load("bottle_cap").train.size() == 8);
  mini.write(list_file, "[[[[");
  std::vector<FileProblem> problems;
  CHECK(open_dataset(mini.path())->scan("audiojack", problems).train.empty());
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].file == list_file);
  CHECK(problems[0].text == "not a list of Real-IAD: no JSON object");
}

TEST_CASE("real_iad: missing images are named", "[datasets]") {
  const Mini mini("real_iad");
  const std::string file = std::string(base) + "OK/S0003/audiojack_0003_OK_C2_20231023.jpg";
  mini.remove(file);
  CHECK(problems_of(mini.path()) == Strings{"layout " + file});
}
