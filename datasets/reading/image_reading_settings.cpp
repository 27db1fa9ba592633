#include "datasets/reading/image_reading_settings.h"

#include <charconv>
#include <cmath>

#include "core/base/error.h"

namespace adrep {
namespace {

/// The number that is all of a text, or NaN.
double whole_number_text(std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() ? value : std::nan("");
}

std::array<double, 2> range_of(const std::string& text) {
  const size_t colon = text.find(':');
  const double low = whole_number_text(std::string_view(text).substr(0, colon));
  const double high =
      colon == std::string::npos ? std::nan("") : whole_number_text(std::string_view(text).substr(colon + 1));
  if (!std::isfinite(low) || !std::isfinite(high) || low >= high)
    throw_input("image.range={}: needs LOW:HIGH, two numbers of which the first is smaller: image.range=0:1", text);
  return {low, high};
}

}  // namespace

ImageReading ImageReadingSettings::reading(int bits) const {
  ImageReading reading;
  reading.bits = finds_bits() ? bits : std::stoi(image_scale);  // one of the declared choices
  reading.upright = image_orientation == "apply";
  if (!image_range.empty()) reading.range = range_of(image_range);
  return reading;
}

}  // namespace adrep
