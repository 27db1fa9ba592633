#include "benchmarks/tables/table_notes.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "benchmarks/cells/result_names.h"
#include "benchmarks/tables/changed_settings.h"
#include "core/base/names.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// What ± means, with the number of seeds.
std::string seeds_note(const Table& table) {
  int64_t least = std::numeric_limits<int64_t>::max(), most = 0;
  for (const TableRow& row : table.rows) {
    for (const Summary& summary : row.over_seeds) {
      least = std::min(least, summary.defined + summary.undefined);
      most = std::max(most, summary.defined + summary.undefined);
    }
  }
  return fmt::format(
      "mean ± sample standard deviation over {} (n = {}); of a mean over classes: the deviation over seeds of each "
      "seed's mean over classes{}",
      counted(most, "seed"), least == most ? fmt::format("{}", most) : fmt::format("{} to {}", least, most),
      least == most ? "" : "; a seed that changes nothing counts once, table.csv has every n");
}

/// What the results have in common or apart, collected for the notes.
struct Collected {
  std::set<std::string> protocols, seeds, backbones, leaks, selections, post_steps, weights;
  bool oracle_projector = false, together = false;
  struct Undefined {
    std::vector<std::string> classes;
    int64_t cells = 0;

    void add(const std::string& class_name) {
      ++cells;
      if (std::find(classes.begin(), classes.end(), class_name) == classes.end()) classes.push_back(class_name);
    }
  };
  std::map<std::pair<std::string, std::string>, Undefined> undefined;  ///< by metric and reason
  int64_t skipped = 0, without_mask = 0;
};

Collected collected_from(const std::vector<StoredResult>& results, const std::vector<std::string>& metrics) {
  Collected all;
  std::set<std::string> known_images, known_cells;
  for (const StoredResult& result : results) {
    if (!result.cell) continue;
    const Cell& cell = *result.cell;
    all.protocols.insert(cell.key_text("metrics.protocol"));
    all.selections.insert(selection_of(cell));
    all.together |= !cell.key.part("classes_together").is_null();
    all.backbones.insert(cell.key_text("backbone"));
    all.seeds.insert(result.seeds);
    if (result.leaked()) all.leaks.insert(result.class_name);
    all.oracle_projector |= cell.key_text("projector.selection") == "oracle";
    if (const auto step = cell.details.find("post_step"); step != cell.details.end())
      all.post_steps.insert(step->get<std::string>());
    if (const auto note = cell.details.find("weights"); note != cell.details.end())
      all.weights.insert(fmt::format("backbone {}, {}", cell.key_text("backbone"), note->get<std::string>()));
    if (known_images.insert(images_of(result)).second) {
      all.skipped += std::ssize(cell.skipped);
      all.without_mask += cell.images_without_mask;
    }
    if (!known_cells.insert(cell.hash()).second)
      continue;  // one that a swept seed does not change is there several times
    for (const std::string& name : metrics)
      if (const Metric metric = shown_metric(cell, name); !metric.defined())
        all.undefined[{heading_of(name), metric.undefined}].add(result.class_name);
  }
  if (all.seeds.size() > 1) all.seeds.erase("");  // of cells that no seed changes
  return all;
}

/// What cells' details hold under `name`, the same line of several classes or methods once, with these before it.
std::vector<std::string> noted(const std::vector<StoredResult>& results, const std::string& name,
                               const std::function<std::string(const StoredResult&)>& of) {
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;  // note -> of what, in the order of the results
  for (const StoredResult& result : results) {
    if (!result.cell) continue;
    const auto notes = result.cell->details.find(name);
    if (notes == result.cell->details.end()) continue;
    for (const auto& note : *notes) {
      const auto text = note.get<std::string>();
      auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& known) { return known.first == text; });
      if (line == lines.end()) line = lines.insert(lines.end(), {text, {}});
      if (const std::string what = of(result);
          std::find(line->second.begin(), line->second.end(), what) == line->second.end())
        line->second.push_back(what);
    }
  }
  std::vector<std::string> notes;
  for (const auto& [text, classes] : lines) notes.push_back(fmt::format("{}: {}", listed(classes, 5), text));
  return notes;
}

/// The last note: by which rules the numbers came about.
std::string rules_note(const Collected& all) {
  const bool oracle_epoch = all.selections.contains("oracle");
  return fmt::format("percent; metric protocol {}; backbone {}; selection: {} ({}); {}", fmt::join(all.protocols, ", "),
                     fmt::join(all.backbones, ", "), fmt::join(all.selections, ", "),
                     oracle_epoch              ? "chosen on test data"
                     : all.oracle_projector    ? "no detector chosen on test data"
                     : !all.post_steps.empty() ? "no model chosen on test data"
                                               : "nothing chosen on test data",
                     counted(std::ssize(all.seeds), "seed"));
}

/// A class, with its data set where there are several.
std::string class_in_notes(const std::string& data_set, const std::string& class_name, const Table& table) {
  return table.several_data_sets() && !data_set.empty() ? data_set + "/" + class_name : class_name;
}

/// Rows whose scores rank normal images above anomalous ones.
std::vector<std::string> inverted(const Table& table) {
  std::vector<std::string> names;
  for (const TableRow& row : table.rows) {
    if (row.is_mean) continue;
    for (size_t c = 0; c < table.metrics.size(); ++c)
      if (table.metrics[c].ends_with("auroc") && row.values[c].defined() && row.values[c].value < 0.5)
        names.push_back(fmt::format("{} of {} ({}/{})", heading_of(table.metrics[c]),
                                    class_in_notes(row.data_set, row.class_name, table), row.detector, row.features));
  }
  return names;
}

}  // namespace

std::vector<std::string> table_notes(const ResultSet& set, const Table& table, bool of_cells) {
  const std::vector<StoredResult>& results = set.results();
  std::vector<std::string> notes;
  for (const StoredResult& result : results)
    if (!result.error.empty())
      notes.push_back((table.several_data_sets() ? result.data_set + "/" : "") + result.title() +
                      " failed: " + result.error);
  if (set.missing() > 0)
    notes.push_back(fmt::format("not computed yet: {} of {}", set.missing(), counted(std::ssize(results), "cell")));
  const Collected all = collected_from(results, table.metrics);
  for (const auto& [what, of] : all.undefined)
    notes.push_back(fmt::format("undefined, left out of means: {} of {}: {} ({})", what.first, listed(of.classes, 5),
                                what.second, counted(of.cells, "cell")));
  if (!all.leaks.empty())
    notes.push_back(
        fmt::format("leaked: the projectors were pretrained on {}", listed({all.leaks.begin(), all.leaks.end()}, 5)));
  if (all.oracle_projector) notes.push_back("pretrained: the projectors were selected on test data (oracle)");
  if (!all.post_steps.empty())
    notes.push_back(fmt::format("maps scaled over the whole test set (step {})", fmt::join(all.post_steps, ", ")));
  if (all.skipped > 0) notes.push_back(counted(all.skipped, "unreadable image") + " left out");
  if (all.without_mask > 0)
    notes.push_back(
        fmt::format("{} without a mask count for image metrics only", counted(all.without_mask, "anomalous image")));
  const auto named = [&](const StoredResult& result) {
    return class_in_notes(result.data_set, result.class_name, table);
  };
  std::vector<std::string> own = noted(results, "data_notes", named);
  for (std::string& line : noted(results, "detector_notes", [&](const StoredResult& result) {
         return fmt::format("{} on {}", method_name(result, false), named(result));
       }))
    own.push_back(std::move(line));
  if (!of_cells && !own.empty())
    own = {fmt::format("{} on files and trainings of single cells: `adrep results table` lists them",
                       counted(std::ssize(own), "note"))};
  notes.insert(notes.end(), own.begin(), own.end());
  notes.insert(notes.end(), all.weights.begin(), all.weights.end());
  if (const std::vector<std::string> names = inverted(table); !names.empty())
    notes.push_back(fmt::format("below 50, worse than chance: {}", listed(names, 5)));
  if (!table.seed_rows.empty()) notes.push_back(seeds_note(table));
  if (all.together) notes.push_back("classes_together: one model was fitted on all classes");
  for (std::string& line : changed_settings(results)) notes.push_back(std::move(line));
  if (all.selections.contains("oracle"))
    notes.push_back("oracle: the best epoch for each metric, chosen on the test data");
  notes.insert(notes.end(), set.notes().begin(), set.notes().end());
  if (!all.protocols.empty()) notes.push_back(rules_note(all));
  return notes;
}

}  // namespace adrep
