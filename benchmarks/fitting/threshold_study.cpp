#include "benchmarks/fitting/threshold_study.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/base/interrupt.h"
#include "core/base/kept_threads.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/random.h"
#include "core/base/text_layout.h"
#include "core/calibration/good_scores.h"
#include "detectors/detector.h"

namespace adrep {
namespace {

constexpr LevelShape study_shape{8, 2, 2};
constexpr int64_t study_image_size = 8;
constexpr double study_quantile = 0.95;

/// A fit of a millisecond reports nowhere.
class UnwatchedStudyFit : public FitObserver {
  void progress(const std::string&, int64_t, int64_t) override {}
};

void require_study(const ThresholdStudySettings& settings) {
  if (!(settings.rate > 0 && settings.rate < 1))
    throw_input("a rate of false alarms is more than 0 and less than 1, not {}", settings.rate);
  if (!(settings.fraction > 0 && settings.fraction < 1))
    throw_input("the fraction held out is more than 0 and less than 1, not {}", settings.fraction);
  if (settings.repeats < 2) throw_input("a study of thresholds takes at least 2 repeats, not {}", settings.repeats);
  if (settings.fresh < 1) throw_input("a rate is measured on at least 1 fresh image, not {}", settings.fresh);
  if (settings.folds < 2) throw_input("cross-fitting takes at least 2 folds, not {}", settings.folds);
}

/// Features of `count` good images.
Levels drawn_study_images(int64_t count, Random& random) {
  at::Tensor map = at::empty({count, study_shape.channels, study_shape.height, study_shape.width}, at::kFloat);
  float* values = map.mutable_data_ptr<float>();
  for (int64_t i = 0; i < map.numel(); ++i) values[i] = static_cast<float>(random.normal());
  return {{map}, study_image_size};
}

/// PaDiM, without smoothing: the grid has four cells.
std::unique_ptr<Detector> study_padim(const Levels& images) {
  auto detector = DetectorRegistry::instance().get("padim", "detector").make({{"sigma", {{"0"}, false, "study"}}});
  UnwatchedStudyFit unwatched;
  detector->fit(MemoryFeatures(images), {.observer = unwatched});
  return detector;
}

std::vector<double> study_scores(const Detector& detector, const Levels& images) {
  const at::Tensor scores = detector.score(images).image_scores.to(at::kDouble).contiguous();
  return {scores.const_data_ptr<double>(), scores.const_data_ptr<double>() + scores.numel()};
}

/// A detector with scores of good images that it, or models of the other folds, had not seen.
struct StudiedFit {
  std::unique_ptr<Detector> detector;
  GoodScores good;
};

StudiedFit studied_split(const Levels& images, int64_t held_out) {
  const int64_t fitted = images.batch() - held_out;
  auto detector = study_padim(images.narrow(0, fitted));
  GoodScores good(study_scores(*detector, images.narrow(fitted, held_out)));
  return {std::move(detector), std::move(good)};
}

StudiedFit studied_cross_fit(const Levels& images, int64_t folds) {
  std::vector<double> scores;
  for (int64_t fold = 0; fold < folds; ++fold) {
    std::vector<int64_t> inside, outside;
    for (int64_t i = 0; i < images.batch(); ++i) (i % folds == fold ? inside : outside).push_back(i);
    const auto detector = study_padim(images.select(outside));
    const std::vector<double> part = study_scores(*detector, images.select(inside));
    scores.insert(scores.end(), part.begin(), part.end());
  }
  return {study_padim(images), GoodScores(std::move(scores))};
}

/// The share of fresh good images above the threshold.
double study_rate(const StudiedFit& fit, const Levels& fresh, double rate) {
  const std::vector<double> scores = study_scores(*fit.detector, fresh);
  const double threshold = fit.good.threshold(rate);
  const auto alarms = std::count_if(scores.begin(), scores.end(), [&](double score) { return score > threshold; });
  return static_cast<double>(alarms) / static_cast<double>(scores.size());
}

void summarise_study(ThresholdStudyRow& row, std::vector<double> rates) {
  const auto n = static_cast<double>(rates.size());
  row.mean = std::accumulate(rates.begin(), rates.end(), 0.0) / n;
  double squares = 0;
  for (const double rate : rates) squares += (rate - row.mean) * (rate - row.mean);
  row.mean_error = std::sqrt(squares / (n - 1) / n);
  std::sort(rates.begin(), rates.end());
  row.quantile = rates[static_cast<size_t>(std::ceil(study_quantile * n)) - 1];
}

ThresholdStudyRow study_split_row(const ThresholdStudySettings& settings, int64_t images) {
  ThresholdStudyRow row{.form = "split", .images = images};
  row.held_out = std::llround(settings.fraction * static_cast<double>(images));
  if (row.held_out < 1 || row.held_out >= images)
    throw_input("{} cannot be split: {} of them are held out", counted(images, "good image"), row.held_out);
  row.supported = row.guarantee = split_bound(row.held_out, settings.rate);
  row.expected_quantile = split_rate_quantile(row.held_out, settings.rate, study_quantile);
  return row;
}

ThresholdStudyRow study_cross_fitted_row(const ThresholdStudySettings& settings, int64_t images) {
  if (settings.folds > images)
    throw_input("{} cannot be divided into {} folds", counted(images, "good image"), settings.folds);
  ThresholdStudyRow row{.form = "cv", .images = images, .held_out = images};
  row.supported = split_bound(images, settings.rate);
  row.guarantee = cross_fitted_bound(images, settings.folds, settings.rate);
  return row;
}

std::string study_percent(double rate) {
  return fmt::format("{:.1f} %", 100 * rate);
}

using StudyLine = std::array<std::string, 8>;

StudyLine study_line(const ThresholdStudyRow& row) {
  return {row.form,
          fmt::format("{}", row.images),
          fmt::format("{}", row.held_out),
          study_percent(row.supported),
          fmt::format("{:.1f} ± {:.1f} %", 100 * row.mean, 100 * row.mean_error),
          study_percent(row.quantile),
          row.expected_quantile ? study_percent(*row.expected_quantile) : "–",
          study_percent(row.guarantee)};
}

std::string study_table(const std::vector<StudyLine>& lines) {
  std::array<size_t, std::tuple_size_v<StudyLine>> widths{};
  for (const StudyLine& line : lines)
    for (size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], shown_width(line[c]));
  const size_t width = std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1));
  std::string text;
  for (const StudyLine& line : lines) {
    for (size_t c = 0; c < line.size(); ++c) text += (c > 0 ? "  " : "") + padded(line[c], widths[c], c > 0);
    text += '\n';
    if (&line == &lines.front()) text += std::string(width, '-') + "\n";
  }
  return text;
}

}  // namespace

std::vector<ThresholdStudyRow> threshold_study(const ThresholdStudySettings& settings) {
  require_study(settings);
  const KeptThreads callers;
  at::set_num_threads(1);  // tensors as small as these take longer with several, which wait for each other
  std::vector<ThresholdStudyRow> rows;
  for (const int64_t images : settings.images) {
    rows.push_back(study_split_row(settings, images));
    rows.push_back(study_cross_fitted_row(settings, images));
  }
  Progress progress("thresholds", settings.repeats * static_cast<int64_t>(settings.images.size()), "sets");
  for (size_t r = 0, done = 0; r < rows.size(); r += 2) {
    std::vector<double> split, cross_fitted;
    for (int64_t repeat = 0; repeat < settings.repeats; ++repeat) {
      stop_if_interrupted();
      Random random(derive_seed(settings.seed, fmt::format("threshold study {} {}", rows[r].images, repeat)));
      const Levels images = drawn_study_images(rows[r].images, random),
                   fresh = drawn_study_images(settings.fresh, random);
      split.push_back(study_rate(studied_split(images, rows[r].held_out), fresh, settings.rate));
      cross_fitted.push_back(study_rate(studied_cross_fit(images, settings.folds), fresh, settings.rate));
      progress.update(static_cast<int64_t>(++done));
    }
    summarise_study(rows[r], std::move(split));
    summarise_study(rows[r + 1], std::move(cross_fitted));
  }
  return rows;
}

std::string threshold_study_text(const ThresholdStudySettings& settings, const std::vector<ThresholdStudyRow>& rows) {
  std::vector<StudyLine> lines{
      {"form", "images", "held out", "supported", "mean rate", "95 % of sets", "by theory", "guarantee"}};
  for (const ThresholdStudyRow& row : rows) lines.push_back(study_line(row));
  return fmt::format(
      "{:.3g} % false alarms asked for; {} of good images of each size, {} each, seed {}\n\n{}\n"
      "supported     the rate asked for in ranks of the held-out images, or the least that they support\n"
      "mean rate     of false alarms, measured, over the sets; ± its standard error\n"
      "95 % of sets  have at most this rate, measured and by theory\n"
      "guarantee     of the mean rate; of cv where the models of all folds judge together, while here it is one model\n"
      "              of all images\n",
      100 * settings.rate, counted(settings.repeats, "set"), counted(settings.fresh, "fresh image"), settings.seed,
      study_table(lines));
}

std::string threshold_study_json(const ThresholdStudySettings& settings, const std::vector<ThresholdStudyRow>& rows) {
  using nlohmann::ordered_json;
  ordered_json list = ordered_json::array();
  for (const ThresholdStudyRow& row : rows) {
    ordered_json entry = {{"form", row.form},          {"images", row.images},
                          {"held_out", row.held_out},  {"supported", row.supported},
                          {"mean", row.mean},          {"mean_error", row.mean_error},
                          {"quantile", row.quantile},  {"expected_quantile", nullptr},
                          {"guarantee", row.guarantee}};
    if (row.expected_quantile) entry["expected_quantile"] = *row.expected_quantile;
    list.push_back(std::move(entry));
  }
  const ordered_json json = {{"rate", settings.rate},         {"repeats", settings.repeats},
                             {"fraction", settings.fraction}, {"folds", settings.folds},
                             {"fresh", settings.fresh},       {"seed", settings.seed},
                             {"quantile", study_quantile},    {"rows", std::move(list)}};
  return json.dump(2) + "\n";
}

}  // namespace adrep
