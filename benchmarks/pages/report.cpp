#include "benchmarks/pages/report.h"

#include <map>

#include "benchmarks/pages/report_pictures.h"
#include "benchmarks/pages/report_plots.h"
#include "benchmarks/run/examples.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/version.h"
#include "core/drawing/page.h"
#include "core/drawing/page_table.h"

namespace adrep {
namespace {

/// The interval beside a value that rests on few images, " [61, 100]", or nothing.
std::string interval_text(const TableRow& row, size_t column) {
  if (column >= row.intervals.size() || !row.intervals[column]) return "";
  return fmt::format(" [{:.0f}, {:.0f}]", 100 * row.intervals[column]->low, 100 * row.intervals[column]->high);
}

/// What the intervals are, and on how few images the values rest; "" where there are none.
std::string interval_note(const Table& table) {
  std::vector<std::string> classes;
  for (const TableRow& row : table.rows)
    for (const auto& interval : row.intervals)
      if (interval) {
        std::string name = fmt::format("{} ({} normal, {} anomalous test images)", row.class_name, row.normal_images,
                                       row.anomalous_images);
        if (std::find(classes.begin(), classes.end(), name) == classes.end()) classes.push_back(std::move(name));
      }
  if (classes.empty()) return "";
  return fmt::format(
      "in brackets: where image AUROC lies with 95 % confidence (Newcombe), as it rests on few images: {}",
      listed(classes, 5));
}

Markup table_section(const Table& table) {
  const bool variants =
      std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) { return !row.variant.empty(); });
  const bool data_sets = table.several_data_sets();
  std::vector<html::TableColumn> columns = {{"class"}, {"detector"}, {"features"}};
  if (data_sets) columns.insert(columns.begin(), {"data set"});
  if (variants) columns.push_back({"variant"});
  for (const std::string& heading : table.headings) columns.push_back({heading, true});
  html::PageTable shown(std::move(columns));
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const TableRow& row = table.rows[r];
    const bool first = begins_class(table, r);
    std::vector<html::TableCell> cells = {first ? shown_class(row) : "", row.detector, row.features};
    if (data_sets) cells.insert(cells.begin(), first ? row.data_set : "");
    if (variants) cells.emplace_back(row.variant);
    for (size_t c = 0; c < table.metrics.size(); ++c) {
      const Markup value = shown_value(row, c) + interval_text(row, c);
      cells.emplace_back(best_in_class(table, c)[r] ? html::bold(value) : value, "", row.values[c].undefined);
    }
    shown.row(cells, row.is_mean ? first ? "first mean" : "mean" : first ? "first" : "");
  }
  std::vector<std::string> notes = table.notes;
  if (std::string note = interval_note(table); !note.empty()) notes.insert(notes.begin(), std::move(note));
  return html::section("Results", shown.markup() + html::list(notes));
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
using ShownExamples = std::vector<std::pair<const StoredResult*, CellExamples>>;

/// One image with its defect outlined, then the score maps of all cells.
std::vector<html::TableCell> maps_of_image(const ShownExamples& shown, int64_t i, const std::string& class_name) {
  const CellExamples& first = shown.front().second;
  const std::string id = first.ids[static_cast<size_t>(i)];
  const std::string& why = first.why[static_cast<size_t>(i)];
  const std::string kind = first.defects[static_cast<size_t>(i)] + (why.empty() ? "" : ", " + why);
  std::vector<html::TableCell> cells = {{kind + html::line_break() + without_class(id, class_name), "name"},
                                        html::image(id, picture_address(example_image(first, i)))};
  for (const auto& [result, examples] : shown) {
    const bool same = i < examples.images.size(0) && examples.ids[static_cast<size_t>(i)] == id;
    cells.emplace_back(same ? html::image("score map of " + id, picture_address(example_heat_map(examples, i)))
                            : Markup());
  }
  return cells;
}

/// Rows are example images, columns the cells of one class.
Markup maps_of_class(const std::string& title, const std::vector<const StoredResult*>& results) {
  ShownExamples shown;
  for (const StoredResult* result : results) {
    CellExamples examples = load_examples(result->folder, result->cell->hash());
    if (examples.images.defined()) shown.emplace_back(result, std::move(examples));
  }
  if (shown.empty()) return {};
  const bool outlined = shown.front().second.masks.any().item<bool>();
  std::vector<html::TableColumn> columns = {{""}, {outlined ? "image, defect outlined" : "image"}};
  for (const auto& [result, examples] : shown) {
    std::string variant = result->variant;
    if (!result->seeds.empty()) variant += (variant.empty() ? "" : " ") + result->seeds;
    columns.push_back(
        {result->detector + html::line_break() + result->features + (variant.empty() ? "" : " " + variant)});
  }
  html::PageTable table(std::move(columns), "maps");
  const std::string& class_name = results.front()->class_name;
  for (int64_t i = 0; i < shown.front().second.images.size(0); ++i) table.row(maps_of_image(shown, i, class_name));
  return html::subsection(title, table.markup());
}

/// Finished results class by class, in order of first appearance.
std::vector<std::vector<const StoredResult*>> by_class(const ResultSet& set) {
  std::vector<std::vector<const StoredResult*>> classes;
  std::map<std::pair<std::string, std::string>, size_t> places;
  for (const StoredResult& result : set.results()) {
    if (!result.cell) continue;
    const auto [place, added] = places.emplace(std::pair(result.data_set, result.class_name), classes.size());
    if (added) classes.emplace_back();
    classes[place->second].push_back(&result);
  }
  return classes;
}

Markup maps_section(const ResultSet& set, bool data_sets) {
  Markup maps;
  for (const std::vector<const StoredResult*>& results : by_class(set)) {
    const StoredResult& first = *results.front();
    maps += maps_of_class(data_sets ? first.data_set + " · " + first.class_name : first.class_name, results);
  }
  if (maps.empty()) return {};
  const Markup scale = html::image("colour scale", picture_address(colour_scale(200)), 200, 12);
  return html::section("Score maps",
                       html::paragraph("Images are chosen by the scores of the first cell of their class: the defects "
                                       "with the highest and the lowest, and the normal image with the highest. Each "
                                       "column has its own scale: it begins at the median score of normal images and "
                                       "ends at the largest score of the images shown.") +
                           html::group("scale", "low " + scale + " high") + maps);
}

Markup scores_section(const ResultSet& set) {
  html::PageTable table({{"cell"},
                         {"scores, low to high"},
                         {"train", true},
                         {"test", true},
                         {"anomalous", true},
                         {"fit and score", true}});
  const auto count = [](int64_t images) { return fmt::format("{}", images); };
  for (const StoredResult& result : set.results()) {
    if (!result.cell) continue;
    table.row({result.title(), score_strip(*result.cell), count(result.cell->train_images),
               count(result.cell->test_images), count(result.cell->anomalous_images),
               result.seconds > 0 ? duration_text(result.seconds) : ""});
  }
  return html::section(
      "Image scores",
      html::key({{"good", "normal (above)"}, {"bad", "anomalous (below)"}}, "every test image") + table.markup());
}

Markup provenance_section(const ResultSet& set) {
  Markup cells = html::paragraph("A cell's file in the folder cells is named by the hash of these values.");
  for (const StoredResult& result : set.results()) {
    if (!result.cell) continue;
    const Cell& cell = *result.cell;
    std::string text = cell.key.to_json().dump(2) + "\n" + result.environment.dump(2);
    if (!cell.details.empty()) text += "\n" + cell.details.dump(2);
    if (!cell.references.empty()) text += fmt::format("\nreferences:\n{}", fmt::join(cell.references, "\n"));
    cells += html::details(result.title() + " " + html::small(cell.hash().substr(0, 16)), text);
  }
  return html::section("What determined each cell", cells);
}

}  // namespace

std::string report_html(const Table& table, const ResultSet& set) {
  const Markup summary = html::paragraph(fmt::format(
      "{}, {}; adrep {}, LibTorch {}", counted(std::ssize(set.results()) - set.missing() - set.failed(), "cell"),
      counted(std::ssize(by_class(set)), "class"), version(), libtorch_version()));
  return html::page("adrep report", html::heading("adrep report") + summary + table_section(table) +
                                        plots_section(table) + maps_section(set, table.several_data_sets()) +
                                        scores_section(set) + provenance_section(set));
}

}  // namespace adrep
