#include "core/image/foreign_formats.h"

#include <array>
#include <utility>

namespace adrep {
namespace {

using namespace std::string_view_literals;

/// ISO base media files: the four letters behind "ftyp" name the brand.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> brands{{{"heic", "HEIC"},
                                                                               {"heix", "HEIC"},
                                                                               {"heim", "HEIC"},
                                                                               {"heis", "HEIC"},
                                                                               {"hevc", "HEIC"},
                                                                               {"mif1", "HEIC"},
                                                                               {"msf1", "HEIC"},
                                                                               {"avif", "AVIF"},
                                                                               {"avis", "AVIF"}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> starts{{{"GIF8"sv, "GIF"},
                                                                               {"\0\0\0\x0CJXL "sv, "JPEG XL"},
                                                                               {"\xFF\x0A"sv, "JPEG XL"},
                                                                               {"8BPS"sv, "Photoshop"},
                                                                               {"\x76\x2F\x31\x01"sv, "OpenEXR"},
                                                                               {"SIMPLE  ="sv, "FITS"},
                                                                               {"%PDF"sv, "PDF"}}};

}  // namespace

std::string_view foreign_format(std::string_view first_bytes) {
  if (first_bytes.size() >= 12 && first_bytes.substr(4, 4) == "ftyp") {
    for (const auto& [brand, name] : brands)
      if (first_bytes.substr(8, 4) == brand) return name;
  }
  for (const auto& [start, name] : starts)
    if (first_bytes.starts_with(start)) return name;
  return "";
}

}  // namespace adrep
