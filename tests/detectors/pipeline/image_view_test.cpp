#include "detectors/pipeline/image_view.h"

#include <climits>

#include "core/base/random.h"
#include "core/image/test_images.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// One order of the bytes of a pixel, written out again: where red, green and blue are.
struct KnownOrder {
  PixelOrder order;
  int bytes, red, green, blue;
};
constexpr KnownOrder known_orders[] = {{PixelOrder::rgb, 3, 0, 1, 2},
                                       {PixelOrder::bgr, 3, 2, 1, 0},
                                       {PixelOrder::rgba, 4, 0, 1, 2},
                                       {PixelOrder::bgra, 4, 2, 1, 0},
                                       {PixelOrder::grey, 1, 0, 0, 0}};

/// Random rows of this many bytes. It ends with the last pixel: reading a gap behind that is found by the sanitizers.
std::vector<uint8_t> random_rows(const ImageView& view, int bytes, std::ptrdiff_t stride) {
  std::vector<uint8_t> rows(static_cast<size_t>((view.height - 1) * stride + view.width * bytes));
  Random random(7);
  for (uint8_t& value : rows) value = static_cast<uint8_t>(random.below(256));
  return rows;
}

void check_view(const ImageView& view, const KnownOrder& known, std::ptrdiff_t stride, const RegionOfInterest& seen) {
  const Image image = rgb_image(view);
  REQUIRE(image.width == seen.width);
  REQUIRE(image.height == seen.height);
  REQUIRE(image.channels == 3);
  REQUIRE(image.pixels.size() == static_cast<size_t>(3 * seen.width * seen.height));
  size_t wrong = 0;
  for (int y = 0; y < seen.height; ++y) {
    for (int x = 0; x < seen.width; ++x) {
      const std::ptrdiff_t start = (seen.top + y) * stride + (seen.left + x) * known.bytes;
      const size_t pixel = static_cast<size_t>(3 * (y * seen.width + x));
      wrong += image.pixels[pixel] != view.pixels[start + known.red];
      wrong += image.pixels[pixel + 1] != view.pixels[start + known.green];
      wrong += image.pixels[pixel + 2] != view.pixels[start + known.blue];
    }
  }
  CHECK(wrong == 0);
}

std::string refusal_of_view(const std::function<void(ImageView&)>& change) {
  const std::vector<uint8_t> pixels(5 * 4 * 4);
  ImageView view{.pixels = pixels.data(), .width = 5, .height = 4};
  rgb_image(view);
  change(view);
  try {
    rgb_image(view);
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a view of somebody else's pixels becomes RGB, whatever their order, stride and region", "[image_view]") {
  constexpr int width = 13, height = 9;
  constexpr RegionOfInterest all{0, 0, width, height};
  for (const KnownOrder& known : known_orders) {
    for (const int gap : {0, 1, 7}) {
      const std::ptrdiff_t stride = width * known.bytes + gap;
      ImageView view{.width = width, .height = height, .stride = stride, .order = known.order};
      const std::vector<uint8_t> rows = random_rows(view, known.bytes, stride);
      view.pixels = rows.data();
      CAPTURE(known.bytes, known.red, gap);
      check_view(view, known, stride, all);
      if (gap == 0) {
        view.stride = 0;
        check_view(view, known, stride, all);
      }
      // inside, at each corner, all of it, a row, a column, single pixels
      for (const RegionOfInterest& region :
           {RegionOfInterest{3, 2, 5, 4}, RegionOfInterest{0, 0, 4, 3}, RegionOfInterest{9, 0, 4, 3},
            RegionOfInterest{0, 6, 4, 3}, RegionOfInterest{9, 6, 4, 3}, all, RegionOfInterest{0, 8, width, 1},
            RegionOfInterest{12, 0, 1, height}, RegionOfInterest{0, 0, 1, 1}, RegionOfInterest{12, 8, 1, 1}}) {
        view.region = region;
        CAPTURE(region.left, region.top, region.width, region.height);
        check_view(view, known, stride, region);
      }
    }
  }
}

TEST_CASE("what is no view of an image is refused in one line", "[image_view]") {
  CHECK_THAT(refusal_of_view([](ImageView& v) { v.pixels = nullptr; }), Contains("without pixels"));
  for (const int side : {0, -1, (1 << 15) + 1, INT_MAX, INT_MIN}) {
    CHECK_THAT(refusal_of_view([&](ImageView& v) { v.width = side; }),
               Contains(std::to_string(side) + " × 4 pixels") && Contains("from 1 to 32768"));
    CHECK_THAT(refusal_of_view([&](ImageView& v) { v.height = side; }), Contains("5 × " + std::to_string(side)));
  }
  CHECK_THAT(refusal_of_view([](ImageView& v) { v.stride = 14; }),
             Contains("stride of 14 bytes") && Contains("at least 15"));
  CHECK_THAT(refusal_of_view([](ImageView& v) { v.order = PixelOrder::bgra, v.stride = 19; }),
             Contains("stride of 19 bytes") && Contains("at least 20"));
  CHECK_THAT(refusal_of_view([](ImageView& v) { v.stride = -15; }), Contains("stride of -15 bytes"));
  CHECK_THAT(refusal_of_view([](ImageView& v) { v.order = static_cast<PixelOrder>(5); }), Contains("pixel order 5"));
  for (const RegionOfInterest& region :
       {RegionOfInterest{-1, 0, 2, 2}, RegionOfInterest{0, -1, 2, 2}, RegionOfInterest{4, 0, 2, 2},
        RegionOfInterest{0, 3, 2, 2}, RegionOfInterest{0, 0, 6, 1}, RegionOfInterest{0, 0, 1, 5},
        RegionOfInterest{1, 1, 0, 2}, RegionOfInterest{1, 1, 2, 0}, RegionOfInterest{2, 0, 0, 0},
        RegionOfInterest{0, 0, -1, 1}, RegionOfInterest{1, 0, INT_MAX, 1}, RegionOfInterest{0, INT_MAX, 1, 1},
        RegionOfInterest{INT_MAX, 0, INT_MAX, 1}, RegionOfInterest{INT_MIN, 0, INT_MIN, 1}}) {
    CAPTURE(region.left, region.top, region.width, region.height);
    CHECK_THAT(
        refusal_of_view([&](ImageView& v) { v.region = region; }),
        Contains(fmt::format("{} × {} pixels from ({}, {})", region.width, region.height, region.left, region.top)) &&
            Contains("not inside the image of 5 × 4"));
  }
}
