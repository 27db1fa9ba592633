#include "datasets/layouts/visa.h"

#include <catch2/catch.hpp>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

constexpr const char* header = "object,split,label,image,mask\n";

std::string reading_visa(const std::string& list) {
  Tree tree;
  tree.write("split_csv/1cls.csv", list);
  return input_error([&] { open_dataset(tree.path()); });
}

}  // namespace

TEST_CASE("visa: parts and masks come from the list, normal test images first", "[datasets]") {
  const Mini mini("visa");
  const auto dataset = open_dataset(mini.path());
  CHECK(dataset->classes() == Strings{"candle", "capsules"});
  CHECK(dataset->masks_number_defects());
  const ClassSplit split = dataset->load("candle");
  const std::string normal = "candle/Data/Images/Normal/";
  CHECK(ids(split.train) ==
        Strings{normal + "0000.JPG", normal + "0001.JPG", normal + "0003.JPG", normal + "Prüfling 0002.JPG"});
  CHECK(ids(split.test) == Strings{normal + "0004.JPG", normal + "0005.JPG", "candle/Data/Images/Anomaly/000.JPG",
                                   "candle/Data/Images/Anomaly/001.JPG"});
  CHECK(split.test[3].defect == "anomaly");
  CHECK(split.test[3].mask == mini / "candle/Data/Masks/Anomaly/001.png");
}

TEST_CASE("visa: masks that number their defects are in order, empty ones are not", "[datasets]") {
  const Mini mini("visa");
  mini.mask("candle/Data/Masks/Anomaly/000.png", 7, 64, 64);
  CHECK(problems_of(mini.path()).empty());
  mini.mask("candle/Data/Masks/Anomaly/000.png", 0, 64, 64);
  CHECK(problems_of(mini.path()) == Strings{"empty_mask candle/Data/Masks/Anomaly/000.png"});
}

TEST_CASE("visa: missing and extra files are named", "[datasets]") {
  Mini mini("visa");
  mini.remove("candle/Data/Images/Normal/0003.JPG");
  mini.remove("candle/Data/Masks/Anomaly/001.png");
  mini.image("candle/Data/Images/Normal/0099.JPG");
  CHECK(problems_of(mini.path()) ==
        Strings{"missing_mask candle/Data/Images/Anomaly/001.JPG", "layout candle/Data/Images/Normal/0003.JPG",
                "unexpected candle/Data/Images/Normal/0099.JPG", "layout candle/Data/Masks/Anomaly/001.png"});
  CHECK_THAT(input_error([&] { open_dataset(mini.path())->load("candle"); }),
             Contains("candle/Data/Images/Normal/0003.JPG: no such file (split_csv/1cls.csv:"));
  CHECK(open_dataset(mini.path())->load("capsules").train.size() == 4);
}

TEST_CASE("visa: a list that is none says where", "[datasets]") {
  const std::string row = "candle,train,normal,candle/1.JPG,\n";
  CHECK_THAT(reading_visa(""), Contains("1cls.csv: an empty table"));
  CHECK_THAT(reading_visa("object,split,label,image\n"), Contains("1cls.csv:1: no column 'mask'"));
  CHECK_THAT(reading_visa(header + row + "candle,tran,normal,candle/2.JPG,\n"), Contains("1cls.csv:3: 'tran'"));
  CHECK_THAT(reading_visa(header + row + "candle,test,bad,candle/2.JPG,\n"), Contains("1cls.csv:3: 'bad'"));
  CHECK_THAT(reading_visa(header + row + "candle,test\n"), Contains("1cls.csv:3: 2 fields where the header has 5"));
  CHECK_THAT(reading_visa(header + std::string("../x,train,normal,a.JPG,\n")),
             Contains("'../x' is no name of a class"));
}

TEST_CASE("visa: images converted to MVTec AD's folders beside the published list are one line", "[datasets]") {
  Tree tree;
  tree.write("split_csv/1cls.csv", std::string(header) +
                                       "candle,train,normal,candle/Data/Images/Normal/0000.JPG,\n"
                                       "candle,test,normal,candle/Data/Images/Normal/0001.JPG,\n");
  const auto loading = [&] { return input_error([&] { open_dataset(tree.path())->load("candle"); }); };
  CHECK_THAT(loading(), Contains("0000.JPG: no such file"));
  add_small_class(tree, "candle");
  CHECK_THAT(loading(), Contains("split_csv/1cls.csv: names files that are not there") && Contains("layout=mvtec_ad"));
  CHECK(open_dataset(tree.path(), "mvtec_ad")->load("candle").train.size() == 2);
}
