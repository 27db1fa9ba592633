#include "core/metrics/pro_protocols.h"

#include "core/base/error.h"

namespace adrep {

ProRule paper_rule() {
  ProRule rule;
  rule.curve.comparison = ThresholdRule::above;
  rule.area.ends = false;
  rule.area.at_limit = AreaRule::Limit::points_below;
  rule.area.rescaling = AreaRule::Rescaling::own_range;
  rule.area.fewest_points = 3;
  rule.area.with_fewer = 0.5;
  return rule;
}

ProRule glass_rule() {
  ProRule rule = paper_rule();
  rule.curve.dilation = 2;
  rule.area.range_offset = 1e-10;
  rule.area.fewest_points = 2;
  rule.area.with_fewer.reset();
  return rule;
}

ProRule mvtec_rule(int64_t ranks) {
  if (ranks < 2) throw_input("protocol mvtec-{}: it needs at least 2 ranks", ranks);
  ProRule rule;
  rule.curve.thresholds = CurveRule::Thresholds::ranks;
  rule.curve.count = ranks;
  rule.curve.comparison = ThresholdRule::above;
  rule.curve.rate_by_rank = true;
  return rule;
}

ProRule adeval_rule(int64_t bins) {
  if (bins < 5) throw_input("protocol adeval-{}: it needs at least 5 bins", bins);
  ProRule rule;
  rule.curve.thresholds = CurveRule::Thresholds::bins;
  rule.curve.count = bins;
  rule.curve.float_weights = true;
  rule.area.ends = false;
  return rule;
}

}  // namespace adrep
