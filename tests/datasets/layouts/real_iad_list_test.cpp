#include "datasets/layouts/real_iad_list.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("real_iad: the view is in the file's name", "[datasets]") {
  CHECK(real_iad_view("audiojack_0001_NG_AK_C3_20230921.jpg") == "C3");
  CHECK(real_iad_view("usb_C1_0001_OK_C5_20230921.jpg") == "C5");
  for (const char* name : {"", "_C", "x_C_1.jpg", "x_C1.jpg", "x_Cab_1.jpg", "C1_x.jpg", "x_C123_1.jpg"})
    CHECK(real_iad_view(name).empty());
}

TEST_CASE("real_iad's list: a published entry in each form", "[datasets]") {
  const auto images = parse_real_iad_list(
      R"({"meta": {"normal_class": "OK", "prefix": "usb/"},
          "train": [{"category": "usb", "anomaly_class": "OK", "image_path": "OK/S1/usb_0001_OK_C1_2.jpg",
                     "mask_path": null}],
          "test": [{"category": "usb", "anomaly_class": "AK", "image_path": "NG/AK/S2/usb_0002_NG_AK_C4_2.jpg",
                    "mask_path": "NG/AK/S2/usb_0002_NG_AK_C4_2.png"},
                   {"category": "usb", "anomaly_class": "AK", "image_path": "NG/AK/S2/usb_0002_NG_AK_C5_2.jpg",
                    "mask_path": ""}]})",
      "usb", "realiad_512", "usb.json");
  REQUIRE(images.size() == 3);
  CHECK(images[0].image == "realiad_512/usb/OK/S1/usb_0001_OK_C1_2.jpg");
  CHECK((images[0].training && !images[0].anomalous && images[0].view == "C1" && images[0].line == 1));
  CHECK(images[1].mask == "realiad_512/usb/NG/AK/S2/usb_0002_NG_AK_C4_2.png");
  CHECK((!images[1].training && images[1].anomalous && images[1].defect == "AK" && images[1].view == "C4"));
  CHECK((!images[2].training && !images[2].anomalous && images[2].mask.empty() && images[2].line == 3));
  for (const ListedImage& image : images) CHECK(image.class_name == "usb");
}

TEST_CASE("real_iad's list: what is none is one line that names the entry", "[datasets]") {
  const auto parsing = [](const std::string& train) {
    return input_error([&] {
      parse_real_iad_list(R"({"meta": {"normal_class": "OK", "prefix": "p/"}, "test": [], "train": )" + train + "}",
                          "p", "", "list");
    });
  };
  const std::string good = R"({"anomaly_class": "OK", "image_path": "a.jpg", "mask_path": null})";
  CHECK(parsing("[" + good + "]") == "nothing thrown");
  CHECK_THAT(parsing("[" + good + ", 3]"), Contains("list: not a list of Real-IAD: entry 2: "));
  CHECK_THAT(parsing("[" + good + R"(, {"anomaly_class": 1, "image_path": "a", "mask_path": null}])"),
             Contains("entry 2: "));
  CHECK_THAT(parsing(R"([{"anomaly_class": "../x", "image_path": "a", "mask_path": "m"}])"),
             Contains("'../x' is no name of a defect"));
  CHECK_THAT(parsing("[" + good), Contains("no JSON object"));
  CHECK_THAT(parsing(std::string(100000, '[')), Contains("no JSON object"));
  CHECK_THAT(input_error([] { parse_real_iad_list("{}", "p", "", "list"); }),
             Contains("entry 1: ") && Contains("meta"));
}
