#pragma once
#include <charconv>
#include <optional>
#include <string_view>

namespace adrep {

/// The text as a number that fits float32 and is finite, or nothing.
inline std::optional<float> finite_float(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto score = static_cast<float>(value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(score)) return std::nullopt;
  return score;
}

}  // namespace adrep
