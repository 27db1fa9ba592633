#include "core/maps/mask_facts.h"

#include <tiffio.h>

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "core/base/random.h"
#include "core/image/preprocess.h"
#include "core/metrics/regions.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::TemporaryFolder;

TEST_CASE("values of a mask are counted and named, the largest apart") {
  Image mask(10, 1, 1);
  mask.pixels = {0, 0, 0, 0, 0, 255, 255, 3, 3, 200};
  const MaskFacts facts = facts_of_mask(mask, {});
  CHECK((facts.pixels == 10 && facts.anomalous == 5 && facts.values.several()));
  CHECK(facts.values.in_words(10) == "values other than 0 and 255: 3 and 200 in 30 % of the pixels");
  CHECK(facts_of_mask(mask, {199}).anomalous == 3);
  MaskValues many;
  for (int i = 0; i < 5000; ++i) many.add(i * 0.5);
  CHECK_THAT(many.in_words(5000), Contains(" more in 100 % of the pixels"));
}

TEST_CASE("lost regions are those of which the resized mask has no pixel, region by region") {
  Random random(3);
  for (const MaskResize resize : {MaskResize::nearest, MaskResize::any, MaskResize::area})
    for (const auto& [width, height] : {std::pair{5, 7}, {12, 9}, {25, 31}, {20, 20}}) {
      Image mask(20, 20, 1);
      for (uint8_t& value : mask.pixels) value = random.below(9) == 0;
      MaskFacts facts;
      count_lost_regions(mask, width, height, resize, facts);
      // a region is kept where an anomalous pixel of the resized mask was taken from it (nearest) or lies over it
      const Regions regions = find_regions(mask.pixels, 1, 20, 20);
      const Image whole = resize_mask(mask, width, height, resize);
      int64_t lost = 0;
      for (uint32_t region = 0; region < regions.areas.size(); ++region) {
        Image alone(20, 20, 1);
        for (const PixelRun& run : regions.runs)
          if (run.region == region)
            for (int64_t p = run.begin; p < run.end; ++p) alone.pixels[static_cast<size_t>(p)] = 1;
        const Image reach = resize_mask(alone, width, height, resize == MaskResize::area ? MaskResize::any : resize);
        bool kept = false;
        for (size_t p = 0; p < whole.pixels.size(); ++p) kept = kept || (whole.pixels[p] != 0 && reach.pixels[p] != 0);
        lost += !kept;
      }
      CHECK(facts.regions == regions.count());
      CHECK(facts.lost_regions == lost);
    }
}

TEST_CASE("notes of a set: several values, empty and vanished masks, large ones") {
  Image full(4, 4, 1), soft(4, 4, 1);
  for (uint8_t& value : full.pixels) value = 255;
  soft.pixels[0] = 255, soft.pixels[1] = 90;
  MaskFacts vanished = facts_of_mask(soft, {});
  vanished.vanished = true;
  MaskNotes notes({});
  notes.add("full", facts_of_mask(full, {}), true);
  notes.add("again", facts_of_mask(full, {}), true);
  notes.add("soft", vanished, true);
  notes.add("good", facts_of_mask(Image(4, 4, 1), {}), false);
  notes.add("black", facts_of_mask(Image(4, 4, 1), {}), true);
  const std::vector<std::string> lines = notes.lines("meaning");
  REQUIRE(lines.size() == 4);
  CHECK_THAT(lines[0], Contains("1 mask holds values other than 0 and one more") && Contains("(soft: values"));
  CHECK(lines[1] == "the mask of an anomalous image has no anomalous pixel: black (meaning)");
  CHECK_THAT(lines[2], Contains("more than half of most images (2 of 3)"));
  CHECK_THAT(lines[3], Contains("1 mask has anomalous pixels and none after resize and crop: soft"));
  MaskNotes numbered({}, true);
  numbered.add("soft", facts_of_mask(soft, {}), true);
  CHECK(numbered.lines("").empty());
}

TEST_CASE("a mask of one bit whose 1 is called black is noted, others are not", "[maps][masks]") {
  const TemporaryFolder folder;
  const auto written = [&](uint16_t photometric, uint16_t bits) {
    const auto file = folder / fmt::format("{}-{}.tif", photometric, bits);
    TIFF* tiff = TIFFOpen(file.c_str(), "w");
    REQUIRE(tiff != nullptr);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 8);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    uint8_t row[8] = {0xF0};
    TIFFWriteScanline(tiff, row, 0);
    TIFFClose(tiff);
    return file;
  };
  CHECK(one_is_black(written(PHOTOMETRIC_MINISWHITE, 1)));
  CHECK_FALSE(one_is_black(written(PHOTOMETRIC_MINISBLACK, 1)));
  CHECK_FALSE(one_is_black(written(PHOTOMETRIC_MINISWHITE, 8)));
  CHECK_FALSE(one_is_black("mask.npy"));
  MaskNotes notes{MaskRule()};
  MaskFacts facts;
  facts.pixels = 8, facts.anomalous = 4, facts.one_is_black = true;
  notes.add("a", facts, true);
  REQUIRE(notes.lines("").size() == 1);
  CHECK(notes.lines("")[0].starts_with("1 mask is a TIFF of one bit that calls the 1 black"));
}
