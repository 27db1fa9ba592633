#include "benchmarks/map_evaluation/map_scores.h"

#include "core/base/interrupt.h"
#include "core/base/progress.h"
#include "core/metrics/score_ranking.h"
#include "core/metrics/streaming.h"

namespace adrep {
namespace {

constexpr int64_t kBytesPerPixel = 12;       // scores, masks, and what sorting adds
constexpr int64_t kBytesPerImagePixel = 24;  // one image while it is read and its regions are found
constexpr int64_t kLeastForSorting = 1 << 20;

std::string gibibytes(int64_t bytes) {
  return fmt::format("{:.2f} GiB", static_cast<double>(bytes) / static_cast<double>(int64_t{1} << 30));
}

}  // namespace

MapScores::MapScores(const MapPairs& pairs, const MetricsSettings& settings) : pairs_(pairs) {
  choose_place(settings);
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
  if (why_not_.empty() && pixels_ > settings.memory_bytes() / kBytesPerPixel)
    why_not_ =
        fmt::format("the maps in memory, {}: raise memory={}", gibibytes(pixels_ * kBytesPerPixel), settings.memory);
}

void MapScores::load(const MetricsSettings& settings) {
  const int threads = static_cast<int>(settings.threads);
  loaded_ = load_all(pairs_, threads);
  groups_ = std::make_unique<ScoreRanking>(loaded_->scored(threads).pixels, threads);
  image_scores_ = loaded_->image_scores;
  labels_ = loaded_->labels;
  given_ = loaded_->given_image_scores;
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
  for (int64_t i = 0; i < pairs_.size(); ++i) {
    stop_if_interrupted();
    const ScoredMap map = pairs_.read(i);
    streaming->add_image(map.scores, map.mask, map.height, map.width);
    image_scores_.push_back(map.score());
    labels_.push_back(map.anomalous);
    given_ += map.image_score.has_value();
    progress.update(i + 1);
  }
  groups_ = std::move(streaming);
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
