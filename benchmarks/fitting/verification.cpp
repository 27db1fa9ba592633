#include "benchmarks/fitting/verification.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "benchmarks/fitting/stored_cell.h"
#include "core/base/content_hashes.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/version.h"
#include "core/features/cache/feature_key.h"
#include "core/image/decode.h"

namespace adrep {
namespace {

constexpr size_t images_a_list = 32;
// of a model whose passes are of several images, as a run's: kernels sum in another order for another number
constexpr double elsewhere_bound = 1e-4, passes_bound = 1e-5;

constexpr const char* lists_text = "one image at a time and in lists of 32";

/// Compares images one after the other.
class Comparison {
 public:
  explicit Comparison(std::string what) { found_.what = std::move(what); }

  void add(const std::string& image, double score, double expected) {
    ++found_.images;
    note(found_.score, largest_score_, std::abs(score - expected), std::abs(expected), image);
  }
  void add(const std::string& image, const at::Tensor& map, const at::Tensor& expected) {
    ++found_.maps;
    if (map.sizes() != expected.sizes())
      throw_input("{}: its map is [{}], not [{}]", image, fmt::join(map.sizes(), ", "),
                  fmt::join(expected.sizes(), ", "));
    note(found_.map, largest_value_, (map - expected).abs().max().item<double>(), expected.abs().max().item<double>(),
         image);
  }

  ScoreDifference result() const {
    ScoreDifference made = found_;
    const auto share = [](double difference, double largest) { return difference == 0 ? 0 : difference / largest; };
    made.relative = std::max(share(made.score, largest_score_), share(made.map, largest_value_));
    return made;
  }

 private:
  void note(double& largest, double& scale, double difference, double value, const std::string& image) {
    if (difference > largest) found_.worst = image;
    largest = std::max(largest, difference);
    scale = std::max(scale, value);
  }

  ScoreDifference found_;
  double largest_score_ = 0, largest_value_ = 0;
};

/// The images that the file remembers, and others only where a list has to be made.
class WitnessCheck {
 public:
  WitnessCheck(const Artefact& artefact, const Pipeline& pipeline) : artefact_(artefact), pipeline_(pipeline) {}

  void run(const std::vector<InputImage>& images) {
    Progress progress("images", std::ssize(images), "images");
    for (size_t first = 0; first < images.size(); first += images_a_list) {
      const size_t last = std::min(images.size(), first + images_a_list);
      check({images.begin() + static_cast<std::ptrdiff_t>(first), images.begin() + static_cast<std::ptrdiff_t>(last)});
      progress.update(static_cast<int64_t>(last));
    }
  }

  bool knows_any() const { return before_.result().images > 0; }
  std::vector<ScoreDifference> results() const { return {before_.result(), lists_.result()}; }

 private:
  const ArtefactWitness* witness_of(const InputImage& image) const {
    const std::string hash = ContentHashes::instance().sha256_of(image.file);
    for (const ArtefactWitness& witness : artefact_.witnesses)
      if (witness.sha256 == hash) return &witness;
    return nullptr;
  }

  void check(const std::vector<InputImage>& images) {
    std::vector<ImageFile> files;
    for (const InputImage& image : images) files.emplace_back(image.file);
    const Scores listed = pipeline_.score_files(files, at::get_num_threads());
    pipeline_.predict_files(files, 1, [&](FilePrediction made) {
      stop_if_interrupted();
      if (!made.prediction) throw InputError(made.error);
      const InputImage& image = images[made.index];
      const auto row = static_cast<int64_t>(made.index);
      lists_.add(image.name, listed.image_scores[row].item<float>(), made.prediction->score);
      lists_.add(image.name, listed.maps[row], made.prediction->map);
      if (const ArtefactWitness* witness = witness_of(image)) {
        before_.add(image.name, made.prediction->score, witness->score);
        before_.add(image.name, made.prediction->map, witness->map);
      }
      return true;
    });
  }

  const Artefact& artefact_;
  const Pipeline& pipeline_;
  Comparison before_{"the pipeline before it was saved"}, lists_{lists_text};
};

/// The part of a map that is not padding, as kept maps have it.
at::Tensor content_part(const at::Tensor& map, const ImageFile& file, const Pipeline& pipeline) {
  ImageFile as_read = file;
  as_read.reading = pipeline.reading();
  const ImageSize size = read_image_size(as_read);
  const Content part = content_of(size.width, size.height, pipeline.geometry());
  return map.narrow(0, part.top, part.height).narrow(1, part.left, part.width);
}

/// What decides the last bits of scores.
nlohmann::json machine_environment(const std::string& device) {
  return {{"libtorch", libtorch_version()},
          {"device", device},
          {"threads", at::get_num_threads()},
          {"cpu", at::get_cpu_capability()},
          {"processor", processor_of("cpu")}};
}

ScoreDifference compared_with(const StoredCell& stored, const Pipeline& pipeline, const std::filesystem::path& data) {
  Comparison comparison(fmt::format("the cell {}", stored.title));
  std::vector<ImageFile> files;
  for (const ImageScore& score : stored.cell.scores) files.emplace_back(data / score.id);
  // in the cell's order and passes, so that nothing differs but the way
  const Scores scores = pipeline.score_files(files, at::get_num_threads());
  for (size_t i = 0; i < files.size(); ++i) {
    const ImageScore& known = stored.cell.scores[i];
    const auto row = static_cast<int64_t>(i);
    comparison.add(known.id, scores.image_scores[row].item<float>(), known.score);
    if (const std::optional<at::Tensor> map = stored.map_of(known.id))
      comparison.add(known.id, content_part(scores.maps[row], files[i], pipeline), *map);
  }
  return comparison.result();
}

/// Whether scores were found with what computes now.
bool same_environment(const nlohmann::json& then, const PipelineOptions& options) {
  if (!then.is_object()) return false;
  const nlohmann::json now = machine_environment(options.device);
  return std::all_of(now.items().begin(), now.items().end(), [&](const auto& item) {
    return then.contains(item.key()) && then.at(item.key()) == item.value();
  });
}

}  // namespace

bool Verification::holds() const {
  return std::all_of(differences.begin(), differences.end(),
                     [](const ScoreDifference& found) { return found.relative <= found.bound; });
}

Verification verify_model(const VerifyRequest& request) {
  const Artefact artefact = load_artefact(request.model);
  const Pipeline pipeline = Pipeline::load(request.model, request.options);
  Verification made;
  nlohmann::json environment =
      artefact.provenance.is_object() ? artefact.provenance.value("environment", nlohmann::json()) : nlohmann::json();
  WitnessCheck check(artefact, pipeline);
  check.run(request.images.empty() ? usable_images({request.data.string()}) : request.images);
  if (!request.against.empty()) {
    const StoredCell stored = stored_cell_of(artefact, request.against);
    PipelineOptions options = request.options;
    options.batch = stored.batch;
    made.differences.push_back(compared_with(stored, Pipeline::load(request.model, options), request.data));
    environment = stored.environment;
  } else if (!check.knows_any()) {
    throw_input(
        "{}: none of the images in {} is one that it remembers ({} of the data that it was made from): name that data, "
        "or a results folder, --against RESULTS",
        request.model.string(), request.data.string(), artefact.witnesses.size());
  }
  for (ScoreDifference& found : check.results())
    if (found.images > 0) made.differences.push_back(std::move(found));
  const bool same = artefact.backbone.precision == Precision::fp32 && same_environment(environment, request.options);
  made.bound = request.bound.value_or(same ? 0 : elsewhere_bound);
  for (ScoreDifference& found : made.differences) {
    const bool between_passes = found.what == lists_text && pipeline.batch() > 1;
    found.bound = between_passes ? std::max(made.bound, passes_bound) : made.bound;
  }
  made.bound_reason = request.bound ? "as asked for"
                      : same        ? "same machine, LibTorch and threads as when these scores were found"
                                    : "another machine, LibTorch, number of threads or precision than then";
  return made;
}

std::string verification_text(const Verification& verification) {
  std::string text;
  for (const ScoreDifference& found : verification.differences)
    text += fmt::format("{}: {}, {}: largest difference {:.3g} of scores, {:.3g} of maps ({:.2g} of the largest{}{})\n",
                        found.what, counted(found.images, "image"), counted(found.maps, "map"), found.score, found.map,
                        found.relative, found.worst.empty() ? "" : ", " + found.worst,
                        found.bound != verification.bound ? fmt::format("; bound {:g}", found.bound) : "");
  return text + fmt::format("{}: bound {:g} ({})\n", verification.holds() ? "equal" : "different", verification.bound,
                            verification.bound_reason);
}

}  // namespace adrep
