#pragma once
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace adrep {

/// The text as a number that is finite in float32 too, or nothing.
inline std::optional<double> finite_number(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !std::isfinite(static_cast<float>(value))) return std::nullopt;
  return value;
}

}  // namespace adrep
