#include "datasets/reading/image_reading_settings.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("settings of reading become one", "[datasets]") {
  ImageReadingSettings settings;
  CHECK(settings.reading(10) == ImageReading{});
  settings.image_scale = "auto";
  CHECK(settings.reading(10).bits == 10);
  settings.image_scale = "12";
  CHECK(settings.reading(10).bits == 12);
  settings.image_orientation = "apply";
  CHECK(settings.reading(10).upright);
  settings.image_range = "-0.5:1e3";
  CHECK(settings.reading(10).range == std::array<double, 2>{-0.5, 1000});
}

TEST_CASE("a range that is none is refused", "[datasets]") {
  for (const char* text : {"1", "1:", ":1", "1:1", "2:1", "a:b", "0:1:2", "nan:1", "0:inf", "0 :1"}) {
    INFO(text);
    ImageReadingSettings settings;
    settings.image_range = text;
    CHECK_THAT(input_error([&] { settings.reading(16); }),
               Contains(std::string("image.range=") + text) && Contains("LOW:HIGH"));
  }
}
