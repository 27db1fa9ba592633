#include "core/drawing/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace adrep {

double round_step(double range, double most) {
  const double least = range / most * (1 - 1e-9);
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (least <= factor * power) return factor * power;
  return 10 * power;
}

std::vector<double> multiples(double low, double high, double step) {
  const auto first = static_cast<int64_t>(std::ceil(low / step - 1e-9));
  const auto last = static_cast<int64_t>(std::floor(high / step + 1e-9));
  std::vector<double> values;
  for (int64_t i = first; i <= last; ++i) values.push_back(static_cast<double>(i) * step);
  return values;
}

double Axis::place(double value) const {
  if (logarithmic) return std::log10(std::max(value, low) / low) / std::log10(high / low);
  return high > low ? (value - low) / (high - low) : 0.5;
}

std::vector<double> Axis::ticks(double most) const {
  if (!logarithmic) return high > low ? multiples(low, high, round_step(high - low, most)) : std::vector<double>{low};
  std::vector<double> powers;
  for (double tick = low; tick <= high * 1.001; tick *= 10) powers.push_back(tick);
  return powers;
}

std::optional<Axis> logarithmic_axis(double least, double most) {
  if (!(least > 0 && most > 20 * least)) return std::nullopt;
  return Axis{std::pow(10, std::floor(std::log10(least))), std::pow(10, std::ceil(std::log10(most))), true};
}

}  // namespace adrep
