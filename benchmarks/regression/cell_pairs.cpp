#include "benchmarks/regression/cell_pairs.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "benchmarks/regression/key_differences.h"

namespace adrep {
namespace {

/// What two cells must have in common to be one.
using MatchedParts = std::tuple<std::string, std::string, std::string, std::string, std::map<std::string, int64_t>>;

MatchedParts place_of_key(const BaselineCell& cell) {
  const auto part = [&](const char* name) { return cell.key.text(name); };
  return {part("class"), part("backbone"), part("detector"), part("features"), cell.seeds};
}

std::string data_set_of(const BaselineCell& cell) {
  return cell.name.substr(0, cell.name.find('/'));
}

/// How little two cells of a place have in common; none where they are of different data sets.
std::optional<int64_t> distance(const BaselineCell& before, const BaselineCell& now) {
  const bool same_name = data_set_of(before) == data_set_of(now);
  if (!same_name && before.key.part("data") != now.key.part("data")) return std::nullopt;
  const std::vector<KeyDifference> differences = key_differences(before, now);
  // a difference that decides outweighs any number of others
  int64_t sum = same_name ? 0 : 1;
  for (const KeyDifference& difference : differences) sum += difference.decides ? 1000 : 1;
  return sum;
}

/// Pairs the nearest first.
class Pairing {
 public:
  Pairing(const Baseline& baseline, const ResultSet& results) : baseline_(baseline) {
    for (const StoredResult& result : results.results())
      if (result.cell)
        finished_.push_back({&result, baseline_cell(result)});
      else if (!result.error.empty())
        failed_.push_back(&result);
  }

  std::vector<CellPair> pairs() {
    pair_finished();
    std::vector<CellPair> all;
    for (size_t b = 0; b < baseline_.cells.size(); ++b) {
      CellPair pair{baseline_.cells[b].name, baseline_.cells[b], {}, {}, {}};
      if (const auto found = result_of_.find(b); found != result_of_.end())
        set_now(finished_[found->second], pair);
      else
        take_failure(pair);
      all.push_back(std::move(pair));
    }
    add_new(all);
    return all;
  }

 private:
  struct Finished {
    const StoredResult* result;
    BaselineCell cell;
    bool taken = false;
  };

  static void set_now(const Finished& finished, CellPair& pair) {
    pair.now = finished.cell;
    pair.scores = finished.result->cell->scores;
  }

  void pair_finished() {
    std::map<MatchedParts, std::vector<size_t>> results_at;
    for (size_t r = 0; r < finished_.size(); ++r) results_at[place_of_key(finished_[r].cell)].push_back(r);
    std::vector<std::tuple<int64_t, size_t, size_t>> candidates;
    for (size_t b = 0; b < baseline_.cells.size(); ++b)
      for (const size_t r : results_at[place_of_key(baseline_.cells[b])])
        if (const auto apart = distance(baseline_.cells[b], finished_[r].cell)) candidates.emplace_back(*apart, b, r);
    std::sort(candidates.begin(), candidates.end());
    for (const auto& [apart, b, r] : candidates)
      if (!finished_[r].taken && result_of_.emplace(b, r).second) finished_[r].taken = true;
  }

  /// A failed result at the place of a cell that nothing else is.
  void take_failure(CellPair& pair) {
    const auto at_place = [&](const StoredResult* result) {
      const std::string name = baseline_name(*result);
      const auto seed = result->settings.find("seed");
      const auto own = pair.before->seeds.find("seed");
      const bool other_seed = seed != result->settings.end() && own != pair.before->seeds.end() &&
                              seed->second != std::to_string(own->second);
      return !other_seed && (pair.name == name || pair.name.starts_with(name + "/"));
    };
    const auto found = std::find_if(failed_.begin(), failed_.end(), at_place);
    if (found == failed_.end()) return;
    pair.error = (*found)->error;
    failed_.erase(found);
  }

  void add_new(std::vector<CellPair>& all) const {
    for (const Finished& finished : finished_) {
      if (finished.taken) continue;
      all.push_back({finished.cell.name, {}, {}, {}, {}});
      set_now(finished, all.back());
    }
    for (const StoredResult* result : failed_) all.push_back({baseline_name(*result), {}, {}, {}, result->error});
  }

  const Baseline& baseline_;
  std::vector<Finished> finished_;
  std::vector<const StoredResult*> failed_;
  std::map<size_t, size_t> result_of_;  // by index in the baseline
};

}  // namespace

std::vector<CellPair> pair_cells(const Baseline& baseline, const ResultSet& results) {
  return Pairing(baseline, results).pairs();
}

std::vector<std::string> names_of_cells(const std::vector<CellPair>& pairs) {
  std::vector<std::string> names;
  for (const CellPair& pair : pairs)
    if (std::find(names.begin(), names.end(), pair.name) == names.end()) names.push_back(pair.name);
  return names;
}

}  // namespace adrep
