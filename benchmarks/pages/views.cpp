#include "benchmarks/pages/views.h"

#include <set>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/layouts/layout_formats.h"
#include "benchmarks/pages/report.h"
#include "benchmarks/tables/table_formats.h"
#include "core/base/atomic_file.h"
#include "core/base/log.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// Moves the views of another plan out of the way.
void keep_previous(const fs::path& output, const std::string& id) {
  const fs::path marker = output / "view.json";
  if (!fs::exists(marker)) return;
  const nlohmann::json view = nlohmann::json::parse(read_file(marker), nullptr, false);
  if (!view.is_object() || view.value("id", "") == id) return;
  const std::string old = view.value("id", "unknown");
  const fs::path folder = output / "previous" / fs::path(old).filename();
  for (const auto& file : view.value("files", std::vector<std::string>())) {
    const fs::path name = fs::path(file).filename();
    if (fs::exists(output / name)) keep_as(output / name, folder / name);
  }
  log_info(fmt::format("the tables and report of another run are now in {}", folder.string()));
}

/// The resolved settings: a file a configuration, or of many one file with all.
std::map<std::string, std::string> config_files(const Plan& plan) {
  constexpr size_t most_files = 16;
  std::map<std::string, std::string> files;
  std::set<std::string> variants;
  std::string all;
  for (const PlannedGroup& group : plan.groups) {
    for (const PlannedCell& cell : group.cells) {
      if (!variants.insert(cell.asked_for().variant()).second) continue;
      const std::string name = variants.size() == 1 ? "config.yaml" : fmt::format("config-{}.yaml", variants.size());
      files[name] = to_yaml(cell.asked_for());
      all += "---\n" + files[name];
    }
  }
  if (files.size() > most_files) return {{"configs.yaml", all}};
  return files;
}

/// A finished run that is repeated writes nothing: waiting for the disk takes longer than all else.
void write_if_changed(const fs::path& file, const std::string& content) {
  std::error_code absent;
  if (fs::file_size(file, absent) == content.size() && !absent && read_file(file) == content) return;
  write_file_atomically(file, content);
}

}  // namespace

fs::path write_views(const fs::path& output, const Plan& plan, const std::string& id, const ResultSet& results,
                     const Table& table) {
  keep_previous(output, id);
  std::map<std::string, std::string> files = config_files(plan);
  files["table.csv"] = table_as_csv(table);
  files["table.md"] = table_as_markdown(table);
  files["table.tex"] = layout_as_latex(lay_out(results, find_layout(usual_layout(results))));
  files["table.json"] = table_as_json(table);
  files["report.html"] = report_html(table, results);
  nlohmann::json names = nlohmann::json::array();
  for (const auto& [name, content] : files) names.push_back(name);
  write_if_changed(output / "view.json", nlohmann::json{{"id", id}, {"files", names}}.dump(1) + "\n");
  for (const auto& [name, content] : files) write_if_changed(output / name, content);
  return output / "report.html";
}

}  // namespace adrep
