#include "datasets/layouts/visa_list.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "datasets/published_counts.h"
#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("visa's list: every field in its place, columns in any order, lines as in the file", "[datasets]") {
  const auto images = parse_visa_split(
      "\xEF\xBB\xBFmask,object,image,label,split\r\n"
      ",candle,candle/Data/Images/Normal/0001.JPG,normal,train\r\n"
      "\"m, 1.png\",pcb1,\"a \"\"b\"\".JPG\",anomaly,test\r\n"
      ",candle,x.JPG,normal,test",
      "list");
  REQUIRE(images.size() == 3);
  CHECK(images[0].class_name == "candle");
  CHECK(images[0].image == "candle/Data/Images/Normal/0001.JPG");
  CHECK((images[0].training && !images[0].anomalous && images[0].mask.empty() && images[0].defect == "good"));
  CHECK(images[1].class_name == "pcb1");
  CHECK(images[1].image == "a \"b\".JPG");
  CHECK(images[1].mask == "m, 1.png");
  CHECK((!images[1].training && images[1].anomalous && images[1].defect == "anomaly"));
  CHECK((!images[2].training && !images[2].anomalous));
  for (size_t i = 0; i < 3; ++i) CHECK(images[i].line == static_cast<int64_t>(i) + 2);
}

TEST_CASE("visa's list: a hostile table is one line, and no path is looked at", "[datasets]") {
  const std::string header = "object,split,label,image,mask\n";
  const auto parsing = [&](const std::string& rows) {
    return input_error([&] { parse_visa_split(header + rows, "list"); });
  };
  CHECK(parsing("candle,train,normal,../../etc/passwd,\n") == "nothing thrown");  // FileFinder refuses it
  CHECK_THAT(parsing("a\nb,train,normal,x,\n"), Contains("list:2: 1 fields where the header has 5"));
  CHECK_THAT(parsing("\"a\nb\",train,normal,x,\n"), Contains("'a\\x0ab' is no name of a class"));
  CHECK_THAT(parsing("a,\"tr\nain\",normal,x,\n"), Contains("'tr\\x0aain' where 'train' or 'test'"));
  CHECK_THAT(parsing("a,train,\"normal,x,\n"), Contains("list:2: "));
  CHECK_THAT(input_error([] { parse_visa_split("", "list"); }), Contains("list: an empty table"));
  CHECK(parse_visa_split(header, "list").empty());
}

TEST_CASE("visa: the official list has the published counts", "[golden][datasets]") {
  const std::filesystem::path list = golden_file("../data/visa_split/1cls.csv");
  std::map<std::string, PublishedCounts> counts;
  for (const ListedImage& image : parse_visa_split(read_file(list), list.string())) {
    PublishedCounts& c = counts[image.class_name];
    ++(image.training ? c.train_normal : image.anomalous ? c.test_anomalous : c.test_normal);
  }
  const PublishedDataset& published = *published_dataset("visa");
  REQUIRE(counts.size() == published.classes.size());
  for (const PublishedClass& c : published.classes) CHECK(counts.at(std::string(c.name)) == c.counts);
}
