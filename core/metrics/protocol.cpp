#include "core/metrics/protocol.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <vector>

#include "core/metrics/validation.h"

namespace adrep {

const Metric* MetricSet::find(const std::string& name) const {
  for (const auto& [key, metric] : values_)
    if (key == name) return &metric;
  return nullptr;
}

NamedProtocol::NamedProtocol(const std::string& name) : name_(name) {
  const size_t dash = name.rfind('-');
  const std::string counted = dash == std::string::npos ? "" : name.substr(0, dash) + "-N";
  const Protocol* with_count = Registry<Protocol>::instance().find(counted);
  protocol_ = with_count ? *with_count : Registry<Protocol>::instance().get(name, "protocol");
  if (protocol_.smallest_count == 0) return;
  const char *begin = name.data() + dash + 1, *end = name.data() + name.size();
  const auto [parsed, error] = std::from_chars(begin, end, count_);
  if (error != std::errc() || parsed != end || count_ < protocol_.smallest_count || count_ > 100'000'000)
    throw_input("protocol '{}': in {}, N is a number from {} to 100000000", name, protocol_.name,
                protocol_.smallest_count);
}

MetricSet NamedProtocol::evaluate(const Scored& scored) const {
  const auto& [scores, masks, images, height, width] = scored.pixels;
  check_sizes(scored.pixels);
  if (masks.empty() || !std::memchr(masks.data(), outside_pixel, masks.size()))
    return protocol_.evaluate(scored, count_);
  // published codes take the range of all scores, and a dilation looks at neighbours: outside, none is the highest
  float lowest = std::numeric_limits<float>::max();
  for (size_t p = 0; p < scores.size(); ++p)
    if (masks[p] != outside_pixel) lowest = std::min(lowest, scores[p]);
  std::vector<float> inside(scores.begin(), scores.end());
  for (size_t p = 0; p < inside.size(); ++p)
    if (masks[p] == outside_pixel) inside[p] = lowest;
  Scored without = scored;
  without.pixels.scores = inside;
  return protocol_.evaluate(without, count_);
}

std::optional<ProRule> NamedProtocol::pro_rule() const {
  if (!protocol_.pro_rule) return std::nullopt;
  return protocol_.pro_rule(count_);
}

std::vector<std::string> protocol_names() {
  return Registry<Protocol>::instance().names();
}

}  // namespace adrep
