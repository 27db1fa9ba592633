#include "core/image/mask_names.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>

namespace adrep {

std::string_view without_mask_ending(std::string_view stem, std::string_view ending) {
  if (stem.size() <= ending.size()) return "";
  const std::string_view last = stem.substr(stem.size() - ending.size());
  const bool same = std::equal(last.begin(), last.end(), ending.begin(),
                               [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  return same ? stem.substr(0, stem.size() - ending.size()) : "";
}

std::string composed_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  if (plain) return std::string(name);
  UErrorCode failed = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFCInstance(failed);
  std::string composed;
  icu::StringByteSink<std::string> into(&composed);
  if (U_SUCCESS(failed))
    form->normalizeUTF8(0, icu::StringPiece(name.data(), static_cast<int32_t>(name.size())), into, nullptr, failed);
  return U_SUCCESS(failed) ? composed : std::string(name);
}

}  // namespace adrep
