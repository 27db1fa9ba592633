#include "benchmarks/class_features.h"

#include <ATen/Parallel.h>

#include "benchmarks/feature_keys.h"
#include "benchmarks/projectors.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/representation/pretrained.h"
#include "core/representation/reference_selection.h"

namespace adrep {
namespace {

std::vector<std::filesystem::path> files_of(const std::vector<Sample>& samples) {
  std::vector<std::filesystem::path> files;
  for (const Sample& sample : samples) files.push_back(sample.image());
  return files;
}

/// Applies a representation batch by batch, so that its working memory stays small.
Levels represented(const Representation& representation, const Levels& levels, const std::string& stage,
                   int64_t batch) {
  Levels result{{}, levels.image_size};
  for (const at::Tensor& map : levels.maps) result.maps.push_back(at::empty_like(map));
  const int64_t count = levels.batch();
  Progress progress(stage, count, "images");
  for (int64_t first = 0; first < count; first += batch) {
    stop_if_interrupted();
    const int64_t size = std::min(batch, count - first);
    Levels part{{}, levels.image_size};
    for (const at::Tensor& map : levels.maps) part.maps.push_back(map.narrow(0, first, size));
    const Levels made = representation.apply(part);
    for (int64_t l = 0; l < made.count(); ++l)
      result.maps[static_cast<size_t>(l)].narrow(0, first, size).copy_(made[l]);
    progress.update(first + size);
  }
  return result;
}

}  // namespace

ClassFeatures::ClassFeatures(const PlannedGroup& group, const ClassSplit& split, BackboneSource backbone,
                             FeatureCache* cache)
    : group_(group), backbone_(std::move(backbone)), cache_(cache) {
  raw_.train = read(split.train, group.class_name + ": features of training images", train_);
  raw_.test = read(split.test, group.class_name + ": features of test images", test_);
  if (train_.empty())
    throw_input("class {}: none of its {} training images could be read", group.class_name, split.train.size());
  if (test_.empty()) throw_input("class {}: it has no readable test images", group.class_name);
}

ExtractionOptions ClassFeatures::options_for(const Geometry& geometry) const {
  const RunSettings& settings = group_.config->settings;
  return {.geometry = geometry,
          .batch = settings.batch,
          .decode_threads = at::get_num_threads(),
          .progress = {},
          .cache = cache_ ? cache_->space(feature_key(settings, geometry)) : nullptr,
          .device = open_device(settings.device)};
}

Extracted ClassFeatures::extract_images(const std::vector<std::filesystem::path>& files,
                                        const ExtractionOptions& options) {
  Extracted extracted = extract(backbone_, files, options);
  cached_ += extracted.cached;
  computed_ += static_cast<int64_t>(extracted.used.size()) - extracted.cached;
  return extracted;
}

Levels ClassFeatures::read(const std::vector<Sample>& samples, const std::string& stage, std::vector<Sample>& used) {
  Progress progress(stage, static_cast<int64_t>(samples.size()), "images");
  ExtractionOptions options = options_for(group_.geometry);
  options.skip_bad = group_.config->settings.on_bad_image == "skip";
  options.progress = [&](int64_t done) { progress.update(done); };
  Extracted extracted = extract_images(files_of(samples), options);
  log_detail(fmt::format("{}: {} of {} from the cache", stage, extracted.cached, extracted.used.size()));
  for (const std::string& line : extracted.skipped) log_warning("skipped: " + line);
  size_t next = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const bool readable = next < extracted.used.size() && extracted.used[next] == i;
    if (readable) {
      used.push_back(samples[i]);
      ++next;
    } else {
      skipped_.push_back(samples[i].id);
    }
  }
  return std::move(extracted.levels);
}

std::unique_ptr<Representation> ClassFeatures::make_representation(const std::string& features) {
  const RunSettings& settings = group_.config->settings;
  const auto seed = static_cast<uint64_t>(settings.references_seed);
  std::vector<size_t> candidates;
  for (size_t i = 0; i < train_.size(); ++i)
    if (settings.references_from == "noisy" || !train_[i].anomalous) candidates.push_back(i);
  if (candidates.empty())
    throw_input("class {}: no normal training image to draw references from: set references.from=noisy",
                group_.class_name);
  const auto chosen = random_references(static_cast<int64_t>(candidates.size()), settings.shots, seed);
  if (static_cast<int64_t>(chosen.size()) < settings.shots)
    log_warning(fmt::format("class {}: {} references, its training images, instead of {}", group_.class_name,
                            chosen.size(), settings.shots));
  std::vector<std::filesystem::path> files;
  references_.clear();
  for (int64_t index : chosen) {
    const Sample& reference = train_[candidates[static_cast<size_t>(index)]];
    files.push_back(reference.image());
    references_.push_back(reference.id);
  }
  const Geometry geometry{static_cast<int>(std::max(settings.references_resize, settings.crop)),
                          static_cast<int>(settings.crop)};
  const Extracted extracted = extract_images(files, options_for(geometry));
  const Match match = settings.match == "l2" ? Match::l2 : Match::cosine;
  ReferenceBank bank = make_bank(extracted.levels, references_, seed);
  reference_rows_ = bank.rows;
  if (features == "residual") return std::make_unique<ResidualRepresentation>(std::move(bank), match);
  return std::make_unique<PretrainedRepresentation>(projector_of(settings), std::move(bank), match,
                                                    open_device(settings.device));
}

const ClassFeatures::Pair& ClassFeatures::in(const std::string& features) {
  if (features == "raw") return raw_;
  if (derived_name_ != features) {
    derived_ = {};
    derived_by_ = make_representation(features);
    const int64_t batch = group_.config->settings.batch;
    const std::string stage = group_.class_name + ": " + features + " features of ";
    derived_.train = represented(*derived_by_, raw_.train, stage + "training images", batch);
    derived_.test = represented(*derived_by_, raw_.test, stage + "test images", batch);
    derived_name_ = features;
  }
  return derived_;
}

Levels ClassFeatures::represent(const std::string& features, const Levels& raw) const {
  if (features == "raw") return raw;
  ADREP_ASSERT(features == derived_name_, "{} features are not the last ones", features);
  return derived_by_->apply(raw);
}

}  // namespace adrep
