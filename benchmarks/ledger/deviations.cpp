#include "benchmarks/ledger/deviations.h"

#include <fmt/format.h>

#include <set>

#include "benchmarks/cells/result_names.h"
#include "benchmarks/ledger/published_settings.h"
#include "benchmarks/tables/changed_settings.h"
#include "core/backbones/backbone.h"
#include "datasets/published_counts.h"

namespace adrep {
namespace {

/// The first finished result for which `problem` has something to say.
template <class Problem>
void add_first(const OwnMethod& method, Outcome outcome, const Problem& problem, std::vector<Deviation>& found) {
  for (const StoredResult* result : method.results) {
    if (!result->cell) continue;
    if (std::string why = problem(*result); !why.empty()) {
      found.push_back({outcome, std::move(why)});
      return;
    }
  }
}

std::string image_counts(const Cell& cell) {
  return fmt::format("{} training, {} test images, {} of them anomalous", cell.train_images, cell.test_images,
                     cell.anomalous_images);
}

std::string data_problem(const StoredResult& result, const KnownValue& published) {
  const auto named = published.place.find("data");
  const PublishedDataset* data = named == published.place.end() ? nullptr : published_dataset(named->second);
  if (!data) return "";
  const PublishedClass* known = data->find(result.class_name);
  if (!known) return fmt::format("class '{}' is none of {}", result.class_name, named->second);
  if (!known->counts || splits_on_purpose(published)) return "";
  const PublishedCounts& counts = *known->counts;
  const Cell& cell = *result.cell;
  const bool equal = cell.train_images == counts.train_normal && cell.anomalous_images == counts.test_anomalous &&
                     cell.test_images == counts.test_normal + counts.test_anomalous;
  return equal ? ""
               : fmt::format("{}: {}, published {} / {} / {}", result.class_name, image_counts(cell),
                             counts.train_normal, counts.test_normal + counts.test_anomalous, counts.test_anomalous);
}

/// Classes that the published data set has and the results have not.
std::string class_problem(const OwnMethod& method, const KnownValue& published) {
  const auto named = published.place.find("data");
  const PublishedDataset* data = named == published.place.end() ? nullptr : published_dataset(named->second);
  if (!data || published.place.contains("class")) return "";
  std::set<std::string> there;
  for (const StoredResult* result : method.results) there.insert(result->class_name);
  int64_t missing = 0;
  std::string first;
  for (const PublishedClass& known : data->classes)
    if (!there.contains(std::string(known.name)) && missing++ == 0) first = known.name;
  return missing == 0 ? ""
                      : fmt::format("{} of {} classes are missing, {} first", missing, data->classes.size(), first);
}

std::string weights_problem(const StoredResult& result, const KnownValue& published) {
  const std::string backbone = result.cell->key_text("backbone"), weights = result.cell->key_text("weights");
  const auto named = published.place.find("backbone");
  if (named != published.place.end() && named->second != backbone)
    return fmt::format("computed with the backbone {}", backbone);
  const BackboneEntry* entry = BackboneRegistry::instance().find(backbone);
  if (!entry || entry->weights_sha256.empty() || weights.empty() || weights == entry->weights_sha256) return "";
  return fmt::format("weights {}…, the published file is {}…", weights.substr(0, 8),
                     entry->weights_sha256.substr(0, 8));
}

std::string protocol_problem(const StoredResult& result, const std::string& metric) {
  if (metric.starts_with("image_")) return "";
  const std::string expected = result.detector == "glass" ? "glass" : "paper",
                    protocol = result.cell->key_text("metrics.protocol");
  // pixel AUROC is the same under all of them
  return protocol == expected || metric != "pro"
             ? ""
             : fmt::format("metrics.protocol={}, published with {}", protocol, expected);
}

std::string selection_problem(const StoredResult& result) {
  const std::string expected = result.detector == "cflow" || result.detector == "glass" ? "oracle" : "last";
  const std::string selection = selection_of(*result.cell);
  return selection == expected ? "" : fmt::format("selection={}, published with {}", selection, expected);
}

}  // namespace

std::string outcome_text(Outcome outcome) {
  static const std::vector<std::string> texts = {
      "agrees",    "differs", "other protocol", "other selection", "other weights", "other data", "other settings",
      "shortened", "not run", "no data",        "misprint",        "contradicted",  "cited"};
  return texts[static_cast<size_t>(outcome)];
}

const std::vector<Outcome>& all_outcomes() {
  using enum Outcome;
  static const std::vector<Outcome> all = {agrees,     differs,        other_protocol, other_selection, other_weights,
                                           other_data, other_settings, shortened,      not_run,         no_data,
                                           misprint,   contradicted,   cited};
  return all;
}

std::vector<Deviation> deviations_from_paper(const OwnMethod& method, const KnownValue& published) {
  std::vector<Deviation> found;
  if (method.results.empty()) return found;  // of a table nothing else is known
  if (std::string why = class_problem(method, published); !why.empty())
    found.push_back({Outcome::not_run, std::move(why)});
  add_first(
      method, Outcome::other_data, [&](const auto& result) { return data_problem(result, published); }, found);
  add_first(
      method, Outcome::other_weights, [&](const auto& result) { return weights_problem(result, published); }, found);
  add_first(method, Outcome::shortened, shortened_by, found);
  add_first(
      method, Outcome::other_settings, [&](const auto& result) { return settings_problem(result, published); }, found);
  add_first(method, Outcome::other_selection, selection_problem, found);
  add_first(
      method, Outcome::other_protocol, [&](const auto& result) { return protocol_problem(result, published.metric); },
      found);
  return found;
}

}  // namespace adrep
