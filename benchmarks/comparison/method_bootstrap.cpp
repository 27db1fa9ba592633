#include "benchmarks/comparison/method_bootstrap.h"

#include <mutex>
#include <set>

#include "benchmarks/comparison/method_images.h"
#include "benchmarks/tables/table.h"
#include "core/base/interrupt.h"
#include "core/base/names.h"
#include "core/base/progress.h"
#include "core/base/random.h"
#include "core/metrics/statistics/holm.h"

namespace adrep {
namespace {

/// The values that a bootstrap took of its draws, for others of the same draws: after `close` what they were computed
/// from is gone.
class DrawnValues {
 public:
  explicit DrawnValues(ImageStatistic statistic) : statistic_(std::move(statistic)) {}

  Metric of(std::span<const int64_t> images) {
    const std::vector<int64_t> draw(images.begin(), images.end());
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (const auto known = values_.find(draw); known != values_.end()) return known->second;
    }
    ADREP_ASSERT(statistic_, "a draw of {} images that was not made before", draw.size());
    const Metric value = statistic_(images);
    const std::lock_guard<std::mutex> lock(mutex_);
    return values_.emplace(draw, value).first->second;
  }
  void close() { statistic_ = nullptr; }

 private:
  ImageStatistic statistic_;
  std::mutex mutex_;
  std::map<std::vector<int64_t>, Metric> values_;
};

BootstrapOptions bootstrap_options(const CompareSettings& settings, const std::string& data_set) {
  return {.replicates = settings.replicates,
          .confidence = settings.confidence,
          .seed = derive_seed(static_cast<uint64_t>(settings.seed), data_set),
          .threads = static_cast<int>(settings.threads)};
}

size_t method_at(const Comparison& result, const std::string& name) {
  const auto place = std::find(result.methods.begin(), result.methods.end(), name);
  if (place == result.methods.end())
    throw_input("methods={}: no such method: {}", name, suggestion(name, result.methods));
  return static_cast<size_t>(place - result.methods.begin());
}

/// The methods to be paired in the order of pairs: as they were named where that settles it, else best first.
std::vector<size_t> paired_methods(const Comparison& result) {
  std::vector<size_t> named;
  for (const std::string& name : result.settings.methods) named.push_back(method_at(result, name));
  if (named.size() == 2 || (!named.empty() && result.settings.pairs == "all")) return named;
  std::vector<size_t> order = by_mean_rank(result.ranks);
  if (!named.empty())
    std::erase_if(order, [&](size_t m) { return std::find(named.begin(), named.end(), m) == named.end(); });
  return order;
}

void choose_pairs(Comparison& result) {
  const bool all = result.settings.pairs == "all";
  std::vector<size_t> methods = paired_methods(result);
  if (methods.size() < 2) {
    result.no_pairs = "there is one method only";
  } else if (!all && result.settings.methods.size() != 2 && result.ranks.mean_ranks.empty()) {
    result.no_pairs = "no data set has all methods; methods=A,B names two, pairs=all takes all";
  } else {
    if (!all) methods.resize(2);
    for (size_t i = 0; i < methods.size(); ++i)
      for (size_t j = i + 1; j < methods.size(); ++j) result.pairs.push_back({methods[i], methods[j], {}, {}});
  }
}

MethodImages images_of_method(const std::vector<StoredResult>& seeds, const KeptMaps& maps,
                              const CompareSettings& settings) {
  if (settings.bootstrap == "image_auroc") return images_with_scores(seeds);
  return images_with_maps(seeds, settings.bootstrap, maps, settings.replicates, static_cast<int>(settings.threads));
}

/// Measures the interval. Of maps, only the values of the draws are left in the images that are returned.
MethodImages add_interval(const CellGrid& grid, const KeptMaps& maps, size_t data_set, size_t method,
                          Comparison& result) {
  const std::vector<StoredResult>& seeds = grid.cells[data_set][method];
  MethodImages images = images_of_method(seeds, maps, result.settings);
  if (seeds.empty()) return images;
  const Metric none = Metric::none(images.undefined);
  ClassInterval of_class{data_set, method, std::ssize(seeds), {none, none, none, 0}};
  if (images.undefined.empty()) {
    const auto drawn = std::make_shared<DrawnValues>(images.metric);
    if (result.settings.bootstrap != "image_auroc")
      images.metric = [drawn](std::span<const int64_t> draw) { return drawn->of(draw); };
    of_class.interval =
        bootstrap_interval(images.labels, images.metric, bootstrap_options(result.settings, grid.data_sets[data_set]));
    drawn->close();
  }
  result.intervals.push_back(std::move(of_class));
  return images;
}

PairedClass compare_class(const MethodImages& first, const MethodImages& second, size_t data_set,
                          const BootstrapOptions& options) {
  PairedClass result{data_set, {}, {}};
  if (const std::string reason = unpaired(first, second); !reason.empty()) {
    const Metric none = Metric::none(reason);
    result.comparison = {{none, none, none, 0}, none};
  } else {
    result.comparison = paired_bootstrap(first.labels, first.metric, second.metric, options);
  }
  result.adjusted_p_value = result.comparison.p_value;
  return result;
}

/// Holm's correction over all pairs and data sets.
void correct_p_values(std::vector<PairComparison>& pairs) {
  std::vector<Metric*> tests;
  std::vector<double> p_values;
  for (PairComparison& pair : pairs)
    for (PairedClass& of_class : pair.classes)
      if (of_class.adjusted_p_value.defined()) {
        tests.push_back(&of_class.adjusted_p_value);
        p_values.push_back(of_class.adjusted_p_value.value);
      }
  const std::vector<double> adjusted = holm_adjusted(p_values);
  for (size_t t = 0; t < tests.size(); ++t) tests[t]->value = adjusted[t];
}

/// The bootstrap is of the exact metrics, cells may hold those of another protocol.
void note_protocols(const CellGrid& grid, Comparison& result) {
  const std::string& metric = result.settings.bootstrap;
  std::set<std::string> others;
  for (const auto& row : grid.cells)
    for (const auto& seeds : row)
      for (const StoredResult& stored : seeds) {
        const std::string protocol = stored.cell->key_text("metrics.protocol");
        const bool exact = protocol.empty() || protocol == "exact";
        if (metric == "pro" ? !exact : protocol.starts_with("adeval")) others.insert(protocol);
      }
  if (!others.empty())
    result.notes.push_back(fmt::format("intervals and pairs are of the exact {}; the cells have it by protocol {}",
                                       heading_of(metric), fmt::join(others, ", ")));
}

}  // namespace

void bootstrap_methods(const CellGrid& grid, const KeptMaps& maps, Comparison& result) {
  choose_pairs(result);
  Progress progress("bootstrap", std::ssize(grid.data_sets) * std::ssize(grid.methods), "intervals");
  for (size_t d = 0; d < grid.data_sets.size(); ++d) {
    std::vector<MethodImages> methods;
    for (size_t m = 0; m < grid.methods.size(); ++m) {
      stop_if_interrupted();
      progress.update(static_cast<int64_t>(d * grid.methods.size() + m));
      methods.push_back(add_interval(grid, maps, d, m, result));
    }
    for (PairComparison& pair : result.pairs) {
      if (grid.cells[d][pair.first].empty() || grid.cells[d][pair.second].empty()) continue;
      stop_if_interrupted();
      pair.classes.push_back(compare_class(methods[pair.first], methods[pair.second], d,
                                           bootstrap_options(result.settings, grid.data_sets[d])));
    }
  }
  for (PairComparison& pair : result.pairs)
    if (pair.classes.empty()) pair.undefined = "no data set has cells of both methods";
  correct_p_values(result.pairs);
  note_protocols(grid, result);
}

}  // namespace adrep
