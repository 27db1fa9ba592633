#include "benchmarks/prediction/prediction_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/text_layout.h"
#include "datasets/listing.h"

namespace adrep {
namespace {

using nlohmann::ordered_json;

constexpr size_t score_width = 10, p_value_width = 8, decision_width = 8, count_width = 7, box_width = 21,
                 least_name_width = 10;

/// The shortest decimal that is read back to the same value: of float32 where that holds the value.
std::string shortest_number(double value) {
  const auto single = static_cast<float>(value);
  return static_cast<double>(single) == value ? fmt::format("{}", single) : fmt::format("{}", value);
}

/// The double that JSON writes as shortest_number.
double as_written(double value) {
  const std::string text = shortest_number(value);
  double number = value;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// As it is where it is UTF-8, else escaped.
std::string utf8_text(const std::string& text) {
  std::string without_control = text;
  std::replace_if(
      without_control.begin(), without_control.end(),
      [](char c) { return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f; }, ' ');
  return escaped(without_control) == without_control ? text : escaped(text);
}

std::string csv_text(const std::string& text) {
  return csv_field(utf8_text(text));
}

/// "good", "defect", or `none` where the model has no threshold.
std::string decision_text(const Prediction& prediction, const std::string& none) {
  if (!prediction.is_defect) return none;
  return *prediction.is_defect ? "defect" : "good";
}

ordered_json region_json(const Region& region) {
  return {{"left", region.left},     {"top", region.top},       {"width", region.width},
          {"height", region.height}, {"area", region.area},     {"peak", as_written(region.peak)},
          {"peak_x", region.peak_x}, {"peak_y", region.peak_y}, {"p_value", region.p_value}};
}

std::string decision_colour(const PredictedImage& image) {
  if (!image.prediction) return "\033[31m";
  if (!image.prediction->is_defect) return "";
  return *image.prediction->is_defect ? "\033[31m" : "\033[32m";
}

/// The columns before the image's name.
std::string table_line_start(const PredictedImage& image, bool colour) {
  const std::string paint = colour ? decision_colour(image) : "";
  const auto decision = [&](const std::string& text) {
    return paint + padded(text, decision_width, false) + (paint.empty() ? "" : "\033[0m");
  };
  const auto line = [&](const std::string& score, const std::string& p_value, const std::string& shown,
                        const std::string& count, const std::string& box) {
    return padded(score, score_width, true) + "  " + padded(p_value, p_value_width, true) + "  " + shown + "  " +
           padded(count, count_width, true) + "  " + padded(box, box_width, false) + "  ";
  };
  if (!image.prediction) return line("-", "-", decision("error"), "-", "-");
  const Prediction& prediction = *image.prediction;
  std::string box = "-";
  if (!prediction.regions.empty()) {
    const Region& largest = prediction.regions.front();
    box = fmt::format("{}x{} at {},{}", largest.width, largest.height, largest.left, largest.top);
  }
  return line(fmt::format("{:.4g}", prediction.score),
              prediction.p_value ? fmt::format("{:.3g}", *prediction.p_value) : "-",
              decision(decision_text(prediction, "-")), fmt::format("{}", prediction.regions.size()), box);
}

constexpr size_t start_width = score_width + p_value_width + decision_width + count_width + box_width + 10;

/// The name, and what is wrong with the image; most errors begin with the name of their file.
std::string name_and_error(const PredictedImage& image) {
  const std::string name = escaped(image.image), error = escaped(image.error);
  if (image.prediction) return name;
  return error.starts_with(name) ? error : name + ": " + error;
}

}  // namespace

std::string prediction_json_line(const PredictedImage& image, const Calibration* calibration) {
  ordered_json line = {{"image", utf8_text(image.image)}};
  if (!image.prediction) {
    line["error"] = utf8_text(image.error);
    return line.dump() + "\n";
  }
  const Prediction& prediction = *image.prediction;
  line["score"] = as_written(prediction.score);
  line["p_value"] = prediction.p_value ? ordered_json(*prediction.p_value) : ordered_json();
  line["decision"] = prediction.is_defect ? ordered_json(decision_text(prediction, "")) : ordered_json();
  line["threshold"] = calibration ? ordered_json(as_written(calibration->threshold)) : ordered_json();
  line["width"] = prediction.width;
  line["height"] = prediction.height;
  line["regions"] = ordered_json::array();
  for (const Region& region : prediction.regions) line["regions"].push_back(region_json(region));
  return line.dump() + "\n";
}

std::string prediction_csv_head() {
  return "image,score,p_value,decision,regions,left,top,width,height,area,peak,error\n";
}

std::string prediction_csv_line(const PredictedImage& image) {
  if (!image.prediction) return fmt::format("{},,,,,,,,,,,{}\n", csv_text(image.image), csv_text(image.error));
  const Prediction& prediction = *image.prediction;
  std::string largest = ",,,,,";
  if (!prediction.regions.empty()) {
    const Region& region = prediction.regions.front();
    largest = fmt::format("{},{},{},{},{},{}", region.left, region.top, region.width, region.height, region.area,
                          shortest_number(region.peak));
  }
  return fmt::format("{},{},{},{},{},{},\n", csv_text(image.image), shortest_number(prediction.score),
                     prediction.p_value ? fmt::format("{}", *prediction.p_value) : "", decision_text(prediction, ""),
                     prediction.regions.size(), largest);
}

std::string prediction_table_head() {
  const std::string head = padded("score", score_width, true) + "  " + padded("p-value", p_value_width, true) + "  " +
                           padded("decision", decision_width, false) + "  " + padded("regions", count_width, true) +
                           "  " + padded("largest region", box_width, false) + "  image";
  return head + "\n" + std::string(shown_width(head), '-') + "\n";
}

std::string prediction_table_line(const PredictedImage& image, const PredictionTableOptions& options) {
  const std::string name = name_and_error(image);
  const size_t left = std::max(options.width, start_width + least_name_width) - start_width;
  return table_line_start(image, options.colour) + (options.width == 0 ? name : shortened(name, left)) + "\n";
}

}  // namespace adrep
