#include "benchmarks/pages/report.h"

#include <set>

#include "benchmarks/pages/report_pictures.h"
#include "benchmarks/pages/report_plots.h"
#include "benchmarks/pages/report_style.h"
#include "benchmarks/run/examples.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/version.h"

namespace adrep {
namespace {

std::string table_section(const Table& table) {
  const bool variants =
      std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) { return !row.variant.empty(); });
  std::string html = "<h2>Results</h2><div class=scroll><table><thead><tr><th>class<th>detector<th>features";
  if (variants) html += "<th>variant";
  for (const std::string& heading : table.headings) html += "<th class=n>" + html_text(heading);
  html += "</tr></thead><tbody>";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const TableRow& row = table.rows[r];
    const bool first = r == 0 || table.rows[r - 1].class_name != row.class_name;
    html += fmt::format("<tr class=\"{}{}\"><td>{}<td>{}<td>{}", first ? "first" : "", row.is_mean ? " mean" : "",
                        first ? html_text(row.is_mean ? fmt::format("mean of {}", row.classes) : row.class_name) : "",
                        html_text(row.detector), html_text(row.features));
    if (variants) html += "<td>" + html_text(row.variant);
    for (size_t c = 0; c < table.metrics.size(); ++c) {
      const std::string value = shown_value(row, c);
      html += "<td class=n" +
              (row.values[c].defined() ? ">" : " title=\"" + html_text(row.values[c].undefined) + "\">") +
              (best_in_class(table, c)[r] ? "<b>" + value + "</b>" : value);
    }
    html += "</tr>";
  }
  html += "</tbody></table></div><ul>";
  for (const std::string& note : table.notes) html += "<li>" + html_text(note);
  return html + "</ul>";
}

std::string plots_section(const Table& table) {
  std::string plots;
  for (size_t c = 0; c < table.metrics.size(); ++c)
    if (const std::string plot = metric_plot(table, c); !plot.empty())
      plots += "<div><h3>" + html_text(table.headings[c]) + "</h3>" + plot + "</div>";
  if (plots.empty()) return "";
  return "<h2>What the features change</h2><p class=key><span style=\"background:var(--raw)\"></span>raw<span "
         "style=\"background:var(--derived)\"></span>derived (residual, pretrained)</p><div class=plots>" +
         plots + "</div>";
}

/// An image's id within its class, breakable after each folder.
std::string without_class(const std::string& id, const std::string& class_name) {
  std::string text = id.starts_with(class_name + "/") ? id.substr(class_name.size() + 1) : id;
  for (size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at + 4)) text.insert(at + 1, "\u200B");
  return text;
}

/// Rows are example images, columns the cells of one class.
std::string maps_of_class(const std::string& class_name, const std::vector<const CellOutcome*>& cells,
                          const std::filesystem::path& output) {
  std::vector<std::pair<const CellOutcome*, CellExamples>> shown;
  for (const CellOutcome* outcome : cells) {
    CellExamples examples = load_examples(output, outcome->cell->hash());
    if (examples.images.defined()) shown.emplace_back(outcome, std::move(examples));
  }
  if (shown.empty()) return "";
  std::string html =
      "<h3>" + html_text(class_name) + "</h3><div class=scroll><table class=maps><tr><th><th>image, defect outlined";
  for (const auto& [outcome, examples] : shown)
    html += "<th>" + html_text(outcome->planned.detector) + "<br>" +
            html_text(outcome->planned.features +
                      (outcome->planned.config->variant.empty() ? "" : " " + outcome->planned.config->variant));
  html += "</tr>";
  const CellExamples& first = shown.front().second;
  for (int64_t i = 0; i < first.images.size(0); ++i) {
    const std::string id = first.ids[static_cast<size_t>(i)];
    html += "<tr><td class=name>" + html_text(first.defects[static_cast<size_t>(i)]) + "<br>" +
            html_text(without_class(id, class_name)) + "<td><img loading=lazy alt=\"" + html_text(id) + "\" src=\"" +
            data_address(example_image(first, i)) + "\">";
    for (const auto& [outcome, examples] : shown) {
      const bool same = i < examples.images.size(0) && examples.ids[static_cast<size_t>(i)] == id;
      html += "<td>" + (same ? "<img loading=lazy alt=\"score map of " + html_text(id) + "\" src=\"" +
                                   data_address(example_heat_map(examples, i)) + "\">"
                             : "");
    }
    html += "</tr>";
  }
  return html + "</table></div>";
}

std::vector<std::string> class_names(const RunOutcome& outcome) {
  std::vector<std::string> names;
  for (const CellOutcome& cell : outcome.cells)
    if (std::find(names.begin(), names.end(), cell.planned.class_name) == names.end())
      names.push_back(cell.planned.class_name);
  return names;
}

std::string maps_section(const RunOutcome& outcome, const std::filesystem::path& output) {
  std::string maps;
  for (const std::string& name : class_names(outcome)) {
    std::vector<const CellOutcome*> cells;
    for (const CellOutcome& cell : outcome.cells)
      if (cell.cell && cell.planned.class_name == name) cells.push_back(&cell);
    maps += maps_of_class(name, cells, output);
  }
  if (maps.empty()) return "";
  return "<h2>Score maps</h2><p>Each column has its own scale: it begins at the median score of normal images and ends "
         "at the largest score of the images shown.</p><div class=scale>low <img alt=\"colour scale\" width=200 "
         "height=12 src=\"" +
         data_address(colour_scale(200)) + "\"> high</div>" + maps;
}

std::string scores_section(const RunOutcome& outcome) {
  std::string html =
      "<h2>Image scores</h2><p class=key>every test image<span style=\"background:var(--good)\"></span>normal "
      "(above)<span style=\"background:var(--bad)\"></span>anomalous (below)</p><div "
      "class=scroll><table><tr><th>cell<th>scores, low to high<th class=n>train<th class=n>test<th "
      "class=n>anomalous<th class=n>fit and score</tr>";
  for (const CellOutcome& cell : outcome.cells) {
    if (!cell.cell) continue;
    html += fmt::format("<tr><td>{}<td>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}</tr>",
                        html_text(cell.planned.title()), score_strip(*cell.cell), cell.cell->train_images,
                        cell.cell->test_images, cell.cell->anomalous_images,
                        cell.reused ? "earlier run" : duration_text(cell.seconds));
  }
  return html + "</table></div>";
}

std::string provenance_section(const RunOutcome& outcome) {
  std::string html =
      "<h2>What determined each cell</h2><p>A cell's file in the folder cells is named by the hash of these "
      "values.</p>";
  for (const CellOutcome& cell : outcome.cells) {
    if (!cell.cell) continue;
    html += "<details><summary>" + html_text(cell.planned.title()) + " <small>" + cell.cell->hash().substr(0, 16) +
            "</small></summary><pre>" + html_text(cell.cell->key.dump(2)) + "\n" +
            html_text(cell.cell->environment.dump(2));
    if (!cell.cell->references.empty())
      html += "\nreferences:\n" + html_text(fmt::format("{}", fmt::join(cell.cell->references, "\n")));
    html += "</pre></details>";
  }
  return html;
}

}  // namespace

std::string report_html(const Table& table, const RunOutcome& outcome, const std::filesystem::path& output) {
  std::string html =
      "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, "
      "initial-scale=1\"><link rel=icon href=\"data:,\"><title>adrep report</title><style>";
  html += report_style;
  html += "</style></head><body><h1>adrep report</h1>";
  html += fmt::format("<p>{}, {}; adrep {}, LibTorch {}</p>", counted(std::ssize(outcome.cells), "cell"),
                      counted(std::ssize(class_names(outcome)), "class"), version(), libtorch_version());
  html += table_section(table) + plots_section(table) + maps_section(outcome, output) + scores_section(outcome) +
          provenance_section(outcome);
  return html + "</body></html>\n";
}

}  // namespace adrep
