#include "benchmarks/pages/report.h"

#include "benchmarks/cells/cell_costs.h"
#include "benchmarks/pages/report_pictures.h"
#include "benchmarks/pages/report_plots.h"
#include "benchmarks/run/examples.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/version.h"
#include "core/drawing/page.h"
#include "core/drawing/page_table.h"

namespace adrep {
namespace {

Markup table_section(const Table& table) {
  const bool variants =
      std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) { return !row.variant.empty(); });
  std::vector<html::TableColumn> columns = {{"class"}, {"detector"}, {"features"}};
  if (variants) columns.push_back({"variant"});
  for (const std::string& heading : table.headings) columns.push_back({heading, true});
  html::PageTable shown(std::move(columns));
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const TableRow& row = table.rows[r];
    const bool first = r == 0 || table.rows[r - 1].class_name != row.class_name;
    const std::string name = row.is_mean ? fmt::format("mean of {}", row.classes) : row.class_name;
    std::vector<html::TableCell> cells = {first ? name : "", row.detector, row.features};
    if (variants) cells.emplace_back(row.variant);
    for (size_t c = 0; c < table.metrics.size(); ++c) {
      const Markup value = shown_value(row, c);
      cells.emplace_back(best_in_class(table, c)[r] ? html::bold(value) : value, "", row.values[c].undefined);
    }
    shown.row(cells, row.is_mean ? first ? "first mean" : "mean" : first ? "first" : "");
  }
  return html::section("Results", shown.markup() + html::list(table.notes));
}

Markup plots_section(const Table& table) {
  Markup plots;
  for (size_t c = 0; c < table.metrics.size(); ++c)
    if (const Markup plot = metric_plot(table, c); !plot.empty()) plots += html::subsection(table.headings[c], plot);
  if (plots.empty()) return {};
  return html::section(
      "What the features change",
      html::key({{"raw", "raw"}, {"derived", "derived (residual, pretrained)"}}) + html::group("plots", plots));
}

/// An image's id within its class, breakable after each folder.
std::string without_class(const std::string& id, const std::string& class_name) {
  std::string text = id.starts_with(class_name + "/") ? id.substr(class_name.size() + 1) : id;
  for (size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at + 4)) text.insert(at + 1, "\u200B");
  return text;
}

/// The cells of one class that have example images.
using ShownExamples = std::vector<std::pair<const CellOutcome*, CellExamples>>;

/// One image with its defect outlined, then the score maps of all cells.
std::vector<html::TableCell> maps_of_image(const ShownExamples& shown, int64_t i, const std::string& class_name) {
  const CellExamples& first = shown.front().second;
  const std::string id = first.ids[static_cast<size_t>(i)];
  std::vector<html::TableCell> cells = {
      {first.defects[static_cast<size_t>(i)] + html::line_break() + without_class(id, class_name), "name"},
      html::image(id, picture_address(example_image(first, i)))};
  for (const auto& [outcome, examples] : shown) {
    const bool same = i < examples.images.size(0) && examples.ids[static_cast<size_t>(i)] == id;
    cells.emplace_back(same ? html::image("score map of " + id, picture_address(example_heat_map(examples, i)))
                            : Markup());
  }
  return cells;
}

/// Rows are example images, columns the cells of one class.
Markup maps_of_class(const std::string& class_name, const std::vector<const CellOutcome*>& cells,
                     const std::filesystem::path& output) {
  ShownExamples shown;
  for (const CellOutcome* outcome : cells) {
    CellExamples examples = load_examples(output, outcome->cell->hash());
    if (examples.images.defined()) shown.emplace_back(outcome, std::move(examples));
  }
  if (shown.empty()) return {};
  std::vector<html::TableColumn> columns = {{""}, {"image, defect outlined"}};
  for (const auto& [outcome, examples] : shown) {
    const std::string& variant = outcome->planned.variant.text;
    columns.push_back({outcome->planned.detector + html::line_break() + outcome->planned.features +
                       (variant.empty() ? "" : " " + variant)});
  }
  html::PageTable table(std::move(columns), "maps");
  for (int64_t i = 0; i < shown.front().second.images.size(0); ++i) table.row(maps_of_image(shown, i, class_name));
  return html::subsection(class_name, table.markup());
}

std::vector<std::string> class_names(const RunOutcome& outcome) {
  std::vector<std::string> names;
  for (const CellOutcome& cell : outcome.cells)
    if (std::find(names.begin(), names.end(), cell.planned.class_name) == names.end())
      names.push_back(cell.planned.class_name);
  return names;
}

Markup maps_section(const RunOutcome& outcome, const std::filesystem::path& output) {
  Markup maps;
  for (const std::string& name : class_names(outcome)) {
    std::vector<const CellOutcome*> cells;
    for (const CellOutcome& cell : outcome.cells)
      if (cell.cell && cell.planned.class_name == name) cells.push_back(&cell);
    maps += maps_of_class(name, cells, output);
  }
  if (maps.empty()) return {};
  const Markup scale = html::image("colour scale", picture_address(colour_scale(200)), 200, 12);
  return html::section("Score maps",
                       html::paragraph("Each column has its own scale: it begins at the median score of normal images "
                                       "and ends at the largest score of the images shown.") +
                           html::group("scale", "low " + scale + " high") + maps);
}

Markup scores_section(const RunOutcome& outcome) {
  html::PageTable table({{"cell"},
                         {"scores, low to high"},
                         {"train", true},
                         {"test", true},
                         {"anomalous", true},
                         {"fit and score", true}});
  const auto count = [](int64_t images) { return fmt::format("{}", images); };
  for (const CellOutcome& cell : outcome.cells) {
    if (!cell.cell) continue;
    table.row({cell.planned.title(), score_strip(*cell.cell), count(cell.cell->train_images),
               count(cell.cell->test_images), count(cell.cell->anomalous_images),
               cell.reused ? "earlier run" : duration_text(cell.seconds)});
  }
  return html::section(
      "Image scores",
      html::key({{"good", "normal (above)"}, {"bad", "anomalous (below)"}}, "every test image") + table.markup());
}

Markup provenance_section(const RunOutcome& outcome, const std::filesystem::path& output) {
  Markup cells = html::paragraph("A cell's file in the folder cells is named by the hash of these values.");
  for (const CellOutcome& cell : outcome.cells) {
    if (!cell.cell) continue;
    std::string text = cell.cell->key.to_json().dump(2) + "\n" +
                       find_costs(output, cell.cell->hash()).environment.dump(2);
    if (!cell.cell->details.empty()) text += "\n" + cell.cell->details.dump(2);
    if (!cell.cell->references.empty())
      text += fmt::format("\nreferences:\n{}", fmt::join(cell.cell->references, "\n"));
    cells += html::details(cell.planned.title() + " " + html::small(cell.cell->hash().substr(0, 16)), text);
  }
  return html::section("What determined each cell", cells);
}

}  // namespace

std::string report_html(const Table& table, const RunOutcome& outcome, const std::filesystem::path& output) {
  const Markup summary =
      html::paragraph(fmt::format("{}, {}; adrep {}, LibTorch {}", counted(std::ssize(outcome.cells), "cell"),
                                  counted(std::ssize(class_names(outcome)), "class"), version(), libtorch_version()));
  return html::page("adrep report", html::heading("adrep report") + summary + table_section(table) +
                                        plots_section(table) + maps_section(outcome, output) + scores_section(outcome) +
                                        provenance_section(outcome, output));
}

}  // namespace adrep
