#pragma once
#include <cstdint>
#include <string>

namespace adrep::test {

/// How often `part` stands in a text, overlapping or not.
inline int64_t occurrences(const std::string& text, const std::string& part) {
  int64_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace adrep::test
