#include "core/image/image_reading.h"

#include <fmt/format.h>

namespace adrep {

std::string ImageReading::text() const {
  std::string text;
  if (bits != 16) text += fmt::format("bits={}|", bits);
  if (upright) text += "upright|";
  if (range) text += fmt::format("range={},{}|", (*range)[0], (*range)[1]);
  return text;
}

}  // namespace adrep
