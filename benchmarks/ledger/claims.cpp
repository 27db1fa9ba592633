#include "benchmarks/ledger/claims.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "benchmarks/ledger/ledger.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

/// Differences as tables print them: in tenths of a point.
double printed_points(double value) {
  return std::round(value * 10) / 10;
}

const std::vector<std::string> claim_metrics = {"image_auroc", "pro"};

/// What pretrained features change at one place.
struct Gain {
  Place place;  ///< without features
  std::string metric;
  double points = 0;
};

/// Every pair of raw and pretrained features on the axis `axis`; "" for places on no axis, those of Table 1.
std::vector<Gain> gains_on(const std::vector<OwnMethod>& methods, const std::string& axis) {
  std::map<Place, std::map<std::string, const OwnMethod*>> by_place;
  for (const OwnMethod& method : methods) {
    const Place axes = own_axes(method.place);
    const bool wanted = axis.empty() ? axes.empty() : axes.size() == 1 && axes.contains(axis);
    const auto table = method.place.find("table");
    if (!wanted || method.place.contains("class") || !method.place.contains("features")) continue;
    if (axis.empty() && table != method.place.end() && table->second != "1") continue;
    Place place = method.place;
    place.erase("features");
    by_place[place].emplace(method.place.at("features"), &method);
  }
  std::vector<Gain> gains;
  for (const auto& [place, of_features] : by_place) {
    const auto raw = of_features.find("raw"), pretrained = of_features.find("pretrained");
    if (raw == of_features.end() || pretrained == of_features.end()) continue;
    for (const std::string& metric : claim_metrics) {
      const auto before = raw->second->value(metric), after = pretrained->second->value(metric);
      if (before && after) gains.push_back({place, metric, printed_points(*after) - printed_points(*before)});
    }
  }
  return gains;
}

double mean_points(const std::vector<Gain>& gains) {
  double sum = 0;
  for (const Gain& gain : gains) sum += gain.points;
  return gains.empty() ? 0 : sum / static_cast<double>(gains.size());
}

bool is_negative(const Gain& gain) {
  return printed_points(gain.points) < 0;
}

bool is_of(const Gain& gain, const std::string& detector) {
  const auto own = gain.place.find("detector");
  return own != gain.place.end() && own->second == detector;
}

Claim consistently_better(const std::vector<OwnMethod>& methods) {
  Claim claim{"consistently-better",
              "pretrained features are consistently better than the backbone's own (abstract, Section 4.2, Table 1)"};
  std::vector<Gain> embedding, norm;
  for (Gain& gain : gains_on(methods, "")) (is_of(gain, "feature_norm") ? norm : embedding).push_back(std::move(gain));
  if (embedding.empty() && norm.empty()) {
    claim.evidence = {"missing: raw and pretrained features of the same data set, backbone and detector"};
    return claim;
  }
  int64_t below = 0;
  for (const auto& [gains, what] : {std::pair{&embedding, "embedding-based detectors"}, {&norm, "FeatureNorm"}}) {
    if (gains->empty()) continue;
    const int64_t negative = std::count_if(gains->begin(), gains->end(), is_negative);
    below += negative;
    claim.evidence.push_back(fmt::format("{}: {} of {} differences are negative, mean {:+.1f} points", what, negative,
                                         gains->size(), mean_points(*gains)));
    const auto worst = std::min_element(gains->begin(), gains->end(),
                                        [](const Gain& a, const Gain& b) { return a.points < b.points; });
    if (negative > 0)
      claim.evidence.push_back(
          fmt::format("the lowest: {:+.1f} {} of {}", worst->points, worst->metric, place_text(worst->place)));
  }
  claim.verdict = below == 0 ? Verdict::holds : Verdict::does_not_hold;
  return claim;
}

Claim learnable_is_best(const std::vector<OwnMethod>& methods) {
  static const std::string own_architecture = "learnable_kv_attention";
  Claim claim{"learnable-best", "learnable key/value attention is the best projector (Section 4.3, Table 2b)"};
  std::map<std::pair<std::string, std::string>, std::map<std::string, double>>
      values;  // detector, metric: by projector
  for (const OwnMethod& method : methods) {
    const Place axes = own_axes(method.place);
    const auto architecture = axes.find("architecture");
    if (architecture == axes.end() || method.place.contains("class") || !method.place.contains("detector")) continue;
    for (const std::string& metric : claim_metrics)
      if (const auto value = method.value(metric))
        values[{method.place.at("detector"), metric}][architecture->second] = printed_points(*value);
  }
  bool decided = !values.empty(), holds = true;
  for (const auto& [column, of_projectors] : values) {
    const auto own = of_projectors.find(own_architecture);
    if (own == of_projectors.end() || of_projectors.size() < 2) {
      decided = false;
      continue;
    }
    const auto best = std::max_element(of_projectors.begin(), of_projectors.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    const bool here = best->second <= own->second;
    holds &= here;
    claim.evidence.push_back(
        here ? fmt::format("{} {}: {:.1f}, best of {}", column.first, column.second, own->second, of_projectors.size())
             : fmt::format("{} {}: {:.1f}, but {} has {:.1f}", column.first, column.second, own->second, best->first,
                           best->second));
  }
  if (!decided)
    claim.evidence.push_back("missing: a sweep with the axis architecture, learnable_kv_attention and another one");
  else
    claim.verdict = holds ? Verdict::holds : Verdict::does_not_hold;
  return claim;
}

/// Gains on an axis beside those of Table 1 at the same places. Where the axis' table names no backbone and Table 1 has
/// several, ImageBind's, which the other ablations have.
Claim larger_gains(const std::vector<OwnMethod>& methods, const std::string& name, const std::string& sentence,
                   const std::string& axis) {
  Claim claim{name, sentence};
  const std::vector<Gain> on_axis = gains_on(methods, axis), all = gains_on(methods, "");
  std::vector<Gain> few, full;
  for (const Gain& gain : on_axis)
    for (const Gain& other : all) {
      const auto equal = [&](const char* dimension, const char* otherwise) {
        const auto a = gain.place.find(dimension), b = other.place.find(dimension);
        if (b == other.place.end()) return true;
        return (a == gain.place.end() ? otherwise : a->second) == b->second;
      };
      if (gain.metric != other.metric || !equal("data", "") || !equal("detector", "") ||
          !equal("backbone", "imagebind"))
        continue;
      few.push_back(gain);
      full.push_back(other);
    }
  if (few.empty()) {
    claim.evidence = {
        fmt::format("missing: raw and pretrained features on the axis {}, and of the same data sets and "
                    "detectors without it",
                    axis)};
    return claim;
  }
  int64_t larger = 0;
  for (size_t i = 0; i < few.size(); ++i) larger += few[i].points > full[i].points;
  claim.evidence = {fmt::format("mean gain {:+.1f} points on the axis {}, {:+.1f} without it", mean_points(few), axis,
                                mean_points(full)),
                    fmt::format("larger in {} of {}", larger, counted(std::ssize(few), "value"))};
  claim.verdict = mean_points(few) > mean_points(full) ? Verdict::holds : Verdict::does_not_hold;
  return claim;
}

}  // namespace

std::string verdict_text(Verdict verdict) {
  return verdict == Verdict::holds ? "holds" : verdict == Verdict::does_not_hold ? "does not hold" : "not decided";
}

std::vector<Claim> checked_claims(const std::vector<OwnMethod>& methods) {
  return {consistently_better(methods), learnable_is_best(methods),
          larger_gains(methods, "larger-gains-few-images",
                       "the gain is larger with a tenth of the normal images (Section 4.4, Table 3a beside Table 1)",
                       "train_fraction"),
          larger_gains(methods, "larger-gains-noise",
                       "the gain is larger with noise in the training images (Section 4.4, Table 3b beside Table 1)",
                       "noise_ratio")};
}

std::string claims_as_text(const std::vector<Claim>& claims) {
  std::string text;
  for (const Claim& claim : claims) {
    text += fmt::format("{}: {}\n  {}\n", claim.name, verdict_text(claim.verdict), claim.sentence);
    for (const std::string& line : claim.evidence) text += "  - " + line + "\n";
  }
  return text;
}

std::string claims_as_markdown(const std::vector<Claim>& claims) {
  std::string text = "| claim | verdict | evidence |\n|---|---|---|\n";
  for (const Claim& claim : claims)
    text += fmt::format("| {} | {} | {} |\n", markdown_text(claim.sentence), verdict_text(claim.verdict),
                        markdown_text(fmt::format("{}", fmt::join(claim.evidence, "; "))));
  return text;
}

std::string claims_as_json(const std::vector<Claim>& claims) {
  nlohmann::json all = nlohmann::json::array();
  for (const Claim& claim : claims)
    all.push_back({{"name", claim.name},
                   {"sentence", claim.sentence},
                   {"verdict", verdict_text(claim.verdict)},
                   {"evidence", claim.evidence}});
  return all.dump(1) + "\n";
}

}  // namespace adrep
