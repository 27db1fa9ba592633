#include "benchmarks/map_evaluation/map_scores.h"

#include "core/base/interrupt.h"
#include "core/base/progress.h"
#include "core/metrics/score_ranking.h"
#include "core/metrics/streaming.h"

namespace adrep {
namespace {

constexpr int64_t kBytesPerPixel = 12;       // scores, masks, and what sorting adds
constexpr int64_t kBytesPerExactPixel = 36;  // the same with float64 scores, and their different values in order
constexpr int64_t kBytesPerImagePixel = 24;  // one image while it is read and its regions are found
constexpr int64_t kLeastForSorting = 1 << 20;

std::string gibibytes(int64_t bytes) {
  return fmt::format("{:.2f} GiB", static_cast<double>(bytes) / static_cast<double>(int64_t{1} << 30));
}

double score_of(const std::optional<ScoreOrdinals>& ordinals, double stored) {
  return ordinals ? ordinals->score(static_cast<float>(stored)) : stored;
}

float stored_score(const std::optional<ScoreOrdinals>& ordinals, double threshold) {
  return ordinals ? ordinals->lowest_from(threshold) : static_cast<float>(threshold);
}

}  // namespace

MapScores::MapScores(const MapPairs& pairs, const MetricsSettings& settings) : pairs_(pairs) {
  choose_place(settings);
  if (pairs.keeps_float64() && !why_not_.empty()) throw_input("scores=float64 needs {}", why_not_);
  if (why_not_.empty())
    load(settings);
  else
    stream(settings);
}

void MapScores::choose_place(const MetricsSettings& settings) {
  const MapSize first = pairs_.map_size(0);
  for (int64_t i = 0; i < pairs_.size(); ++i) {
    const MapSize size = pairs_.map_size(i);
    pixels_ += size.pixels();
    largest_ = std::max(largest_, size.pixels());
    if (size != first && why_not_.empty())
      why_not_ = fmt::format("maps of one size, but '{}' is {}x{} and '{}' {}x{}: size=HxW makes them equal",
                             pairs_.name(0), first.height, first.width, pairs_.name(i), size.height, size.width);
  }
  const int64_t bytes = pairs_.keeps_float64() ? kBytesPerExactPixel : kBytesPerPixel;
  if (why_not_.empty() && pixels_ > settings.memory_bytes() / bytes)
    why_not_ = fmt::format("the maps in memory, {}: raise memory={}", gibibytes(pixels_ * bytes), settings.memory);
}

void MapScores::load(const MetricsSettings& settings) {
  const int threads = static_cast<int>(settings.threads);
  loaded_ = load_all(pairs_, threads);
  groups_ = std::make_unique<ScoreRanking>(loaded_->scored(threads).pixels, threads);
  image_scores_ = loaded_->image_scores;
  labels_ = loaded_->labels;
  given_ = loaded_->given_image_scores;
  notes_ = loaded_->notes;
}

void MapScores::stream(const MetricsSettings& settings) {
  const int64_t memory = settings.memory_bytes() - kBytesPerImagePixel * largest_;
  if (memory < kLeastForSorting)
    throw_input("memory={}: the largest map has {} pixels, which needs {}", settings.memory, largest_,
                gibibytes(kBytesPerImagePixel * largest_ + kLeastForSorting));
  const std::filesystem::path folder =
      settings.temp.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(settings.temp);
  auto streaming = std::make_unique<StreamingScores>(folder, memory);
  Progress progress("maps", pairs_.size(), "images");
  MapNotes notes = pairs_.notes();
  for (int64_t i = 0; i < pairs_.size(); ++i) {
    stop_if_interrupted();
    const ScoredMap map = pairs_.read(i);
    streaming->add_image(map.scores, map.mask, map.height, map.width);
    image_scores_.push_back(static_cast<float>(map.score()));
    labels_.push_back(map.anomalous);
    given_ += map.image_score.has_value();
    notes.add(map.name, map.facts, map.height * map.width);
    progress.update(i + 1);
  }
  groups_ = std::move(streaming);
  notes_ = notes.lines();
}

double MapScores::pixel_score(double stored) const {
  return loaded_ ? score_of(loaded_->pixel_ordinals, stored) : stored;
}
double MapScores::image_score(double stored) const {
  return loaded_ ? score_of(loaded_->image_ordinals, stored) : stored;
}
float MapScores::stored_pixel_score(double threshold) const {
  return loaded_ ? stored_score(loaded_->pixel_ordinals, threshold) : static_cast<float>(threshold);
}
float MapScores::stored_image_score(double threshold) const {
  return loaded_ ? stored_score(loaded_->image_ordinals, threshold) : static_cast<float>(threshold);
}

void MapScores::for_each_image(const std::function<void(const ScoredPixels&)>& use) const {
  for (int64_t i = 0; i < pairs_.size(); ++i) {
    stop_if_interrupted();
    if (loaded_) {
      const auto pixels = static_cast<size_t>(loaded_->height * loaded_->width),
                 first = static_cast<size_t>(i) * pixels;
      use({std::span(loaded_->scores).subspan(first, pixels), std::span(loaded_->masks).subspan(first, pixels), 1,
           loaded_->height, loaded_->width});
    } else {
      const ScoredMap map = pairs_.read(i);
      use({map.scores, map.mask, 1, map.height, map.width});
    }
  }
}

}  // namespace adrep
