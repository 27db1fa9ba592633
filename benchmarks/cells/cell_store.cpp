#include "benchmarks/cells/cell_store.h"

#include <algorithm>
#include <cmath>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"

namespace adrep {
namespace {

/// "image_auroc 0.981 there, 0.979 here; scores by up to 0.012"
std::string difference_of(const Cell& there, const Cell& here) {
  std::string text;
  for (const auto& [name, metric] : here.metrics) {
    const Metric other = there.metric(name);
    if (metric_json(other) != metric_json(metric))
      text += fmt::format("{}{} {} there, {} here", text.empty() ? "" : ", ", name, metric_json(other).dump(),
                          metric_json(metric).dump());
  }
  double largest = 0;
  for (size_t i = 0; i < std::min(there.scores.size(), here.scores.size()); ++i)
    largest = std::max(largest, std::abs(there.scores[i].score - here.scores[i].score));
  if (largest > 0) text += fmt::format("{}scores by up to {:.3g}", text.empty() ? "" : "; ", largest);
  return text.empty() ? "in what it records beside its metrics" : text;
}

}  // namespace

std::optional<Cell> CellStore::find(const CellKey& key) const {
  const std::filesystem::path file = file_of(key.hash());
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    Cell cell = cell_from_json(read_file(file), file.string());
    if (cell.key == key) return cell;
    log_warning(fmt::format("{}: holds another cell; it is computed again", file.string()));
  } catch (const LaterCell&) {
    throw;
  } catch (const InputError& damaged) {
    log_warning(fmt::format("{}; it is computed again", damaged.what()));
  }
  return std::nullopt;
}

Cell CellStore::read(const std::string& hash) const {
  const std::filesystem::path file = file_of(hash);
  return cell_from_json(read_file(file), file.string());
}

CellStore::Stored CellStore::put(const Cell& cell) const {
  const std::filesystem::path file = file_of(cell.hash());
  const std::string text = to_json_text(cell);
  if (write_file_if_absent(file, text)) return {cell, true};
  std::optional<Cell> first = find(cell.key);
  if (!first) {  // damaged, which was said
    write_file_atomically(file, text);
    return {cell, true};
  }
  if (to_json_text(*first) != text)
    log_warning(fmt::format("{}: another process has finished this cell with other values ({}): the first one stays",
                            file.string(), difference_of(*first, cell)));
  return {std::move(*first), false};
}

}  // namespace adrep
