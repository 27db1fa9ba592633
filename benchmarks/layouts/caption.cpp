#include "benchmarks/layouts/caption.h"

#include <fmt/ranges.h>

#include <set>

#include "benchmarks/cells/result_names.h"
#include "benchmarks/layouts/dimensions.h"
#include "benchmarks/tables/changed_settings.h"
#include "core/base/names.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// What the cells have in common or apart.
struct Rules {
  std::map<std::string, std::set<std::string>> protocols, selections;  ///< with the detectors that have each
  std::set<std::string> joint, separate, shots;                        ///< detectors; of split.shots
  std::set<std::string> seeds;
  bool shortened = false, unfinished = false, leaked = false;
};

Rules rules_of(const std::vector<StoredResult>& results) {
  Rules rules;
  for (const StoredResult& result : results) {
    if (!result.cell) {
      rules.unfinished = true;
      continue;
    }
    const Cell& cell = *result.cell;
    rules.protocols[cell.key_text("metrics.protocol")].insert(result.detector);
    rules.selections[selection_of(cell)].insert(result.detector);
    (cell.key.part("classes_together").is_null() ? rules.separate : rules.joint).insert(result.detector);
    if (const nlohmann::json shots = cell.key.part("split.shots"); !shots.is_null()) rules.shots.insert(shots.dump());
    rules.seeds.insert(result.seeds);
    rules.shortened |= !shortened_by(result).empty();
    rules.leaked |= result.leaked();
  }
  return rules;
}

std::string named(const Layout& layout, const std::set<std::string>& detectors) {
  std::vector<std::string> names;
  for (const std::string& detector : detectors) names.push_back(shown_name(layout, "detector", detector));
  return listed(names);
}

/// "paper", or "paper, glass for GLASS": the one that most detectors have, then the others with theirs.
std::string each_with_detectors(const Layout& layout, const std::map<std::string, std::set<std::string>>& values) {
  const auto most = std::max_element(values.begin(), values.end(),
                                     [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  if (most == values.end()) return "unknown";
  std::string text = most->first;
  for (const auto& [value, detectors] : values)
    if (value != most->first) text += fmt::format(", {} for {}", value, named(layout, detectors));
  return text;
}

std::string setting_of(const Layout& layout, const Rules& rules) {
  std::string text = rules.joint.empty() ? "class-separated"
                     : rules.separate.empty()
                         ? "unified multi-class"
                         : fmt::format("class-separated; unified multi-class: {}", named(layout, rules.joint));
  if (!rules.shots.empty()) text += fmt::format("; few-shot ({} normal images)", fmt::join(rules.shots, ", "));
  return text;
}

}  // namespace

std::string caption_of(const Layout& layout, const std::vector<StoredResult>& results) {
  const Rules rules = rules_of(results);
  const int64_t seeds =
      std::max<int64_t>(1, std::ssize(rules.seeds) - (rules.seeds.contains("") && rules.seeds.size() > 1));
  std::string text = layout.title.empty() ? "Results" : layout.title;
  const std::string of = layout.joined ? fmt::format(" ({})", joined_headings(layout)) : "";
  text += fmt::format(". In percent{}; {}; metric protocol {}; selection {}; {}", of, setting_of(layout, rules),
                      each_with_detectors(layout, rules.protocols), each_with_detectors(layout, rules.selections),
                      seeds == 1 ? "ONE SEED" : counted(seeds, "seed"));
  if (rules.selections.contains("oracle")) text += "; oracle: epochs chosen on the test data";
  if (rules.leaked) text += "; LEAKED: projectors pretrained on tested classes";
  if (rules.shortened) text += "; SHORTENED trainings";
  if (rules.unfinished) text += "; INCOMPLETE";
  return text + ".";
}

}  // namespace adrep
