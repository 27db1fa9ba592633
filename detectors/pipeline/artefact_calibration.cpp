#include "detectors/pipeline/artefact_calibration.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/io/damaged.h"
#include "detectors/pipeline/artefact_parts.h"

namespace adrep {
namespace {

using nlohmann::json;

constexpr int64_t most_good_images = 1 << 24;
constexpr size_t witness_digits = 64;

json description_of(const Calibration& calibration) {
  return {{"form", calibration.form},
          {"folds", calibration.folds},
          {"false_alarm", calibration.false_alarm},
          {"threshold", calibration.threshold},
          {"rule", calibration.rule},
          {"pixel_threshold", calibration.pixel_threshold},
          {"pixel_share", calibration.pixel_share},
          {"false_alarm_region", calibration.false_alarm_region},
          {"region_area", calibration.region_area},
          {"notes", calibration.notes}};
}

std::string one_of(const json& all, const std::string& name, const std::vector<std::string>& known) {
  std::string text = all.at(name).get<std::string>();
  if (std::find(known.begin(), known.end(), text) == known.end())
    throw_input("damaged: its {} is '{}'", name, printable(text));
  return text;
}

/// Takes the kept images, where there are any.
void take_kept_images(Calibration& calibration, const TensorMap& tensors, int64_t side) {
  const std::string images = calibration_prefix + "kept_images", contents = calibration_prefix + "kept_contents";
  if (!tensors.contains(images)) return;
  calibration.kept_images = tensor_of(tensors, images, at::kByte, 4);
  calibration.kept_contents = tensor_of(tensors, contents, at::kLong, 2);
  const int64_t count = calibration.kept_images.size(0);
  const at::Tensor& places = calibration.kept_contents;
  const bool fits = count > 0 && calibration.kept_images.sizes() == at::IntArrayRef({count, side, side, 3}) &&
                    places.sizes() == at::IntArrayRef({count, 4}) && places.min().item<int64_t>() >= 0 &&
                    places.max().item<int64_t>() <= side && places.slice(1, 2).min().item<int64_t>() >= 1 &&
                    (places.slice(1, 0, 2) + places.slice(1, 2)).max().item<int64_t>() <= side;
  if (!fits) throw_input("damaged: its kept images do not fit together");
}

GoodScores scores_from(const TensorMap& tensors, const std::string& name) {
  const at::Tensor& tensor = tensor_of(tensors, calibration_prefix + name, at::kDouble, 1);
  const at::Tensor values = tensor.contiguous();
  if (values.numel() > most_good_images) throw_input("damaged: it has scores of {} good images", values.numel());
  const double* first = values.const_data_ptr<double>();
  return GoodScores(std::vector<double>(first, first + values.numel()));
}

Calibration calibration_from(const json& all, const TensorMap& tensors, int64_t side) {
  Calibration calibration;
  calibration.form = one_of(all, "form", {"split", "cv"});
  calibration.rule = one_of(all, "rule", {"good", "f1", "recall"});
  calibration.folds = number_between(all, "folds", 0, most_good_images);
  calibration.false_alarm = finite_number(all, "false_alarm");
  calibration.threshold = finite_number(all, "threshold");
  calibration.pixel_threshold = finite_number(all, "pixel_threshold");
  calibration.pixel_share = finite_number(all, "pixel_share");
  calibration.false_alarm_region = finite_number(all, "false_alarm_region");
  calibration.region_area = finite_number(all, "region_area");
  for (const auto& note : all.at("notes")) calibration.notes.push_back(printable(note.get<std::string>()));
  calibration.images = scores_from(tensors, "images");
  calibration.regions = scores_from(tensors, "regions");
  take_kept_images(calibration, tensors, side);
  return calibration;
}

at::Tensor tensor_from(const GoodScores& scores) {
  return at::tensor(scores.ascending(), at::kDouble);
}

std::vector<ArtefactWitness> witnesses_from(const json& hashes, const TensorMap& tensors, int64_t side) {
  const at::Tensor& scores = tensor_of(tensors, witness_prefix + "scores", at::kFloat, 1);
  const at::Tensor& maps = tensor_of(tensors, witness_prefix + "maps", at::kFloat, 3);
  const int64_t count = std::ssize(hashes);
  if (scores.size(0) != count || maps.sizes() != at::IntArrayRef({count, side, side}))
    throw_input("damaged: its witnesses do not fit together");
  std::vector<ArtefactWitness> witnesses;
  for (int64_t i = 0; i < count; ++i) {
    const auto hash = hashes[static_cast<size_t>(i)].get<std::string>();
    if (!is_hexadecimal(hash, witness_digits)) throw_input("damaged: the SHA-256 of a witness is none");
    witnesses.push_back({hash, scores[i].item<double>(), maps[i]});
  }
  return witnesses;
}

}  // namespace

void add_calibration(SealedTensors& content, const Artefact& artefact) {
  if (const auto& calibration = artefact.calibration) {
    content.description["calibration"] = description_of(*calibration);
    content.tensors[calibration_prefix + "images"] = tensor_from(calibration->images);
    content.tensors[calibration_prefix + "regions"] = tensor_from(calibration->regions);
    if (calibration->kept_images.defined()) {
      content.tensors[calibration_prefix + "kept_images"] = calibration->kept_images;
      content.tensors[calibration_prefix + "kept_contents"] = calibration->kept_contents;
    }
  }
  if (artefact.witnesses.empty()) return;
  json hashes = json::array();
  std::vector<at::Tensor> maps;
  std::vector<float> scores;
  for (const ArtefactWitness& witness : artefact.witnesses) {
    hashes.push_back(witness.sha256);
    maps.push_back(witness.map);
    scores.push_back(static_cast<float>(witness.score));
  }
  content.description["witnesses"] = std::move(hashes);
  content.tensors[witness_prefix + "maps"] = at::stack(maps);
  content.tensors[witness_prefix + "scores"] = at::tensor(scores);
}

void take_calibration(const SealedTensors& content, Artefact& artefact) {
  const json& all = content.description;
  if (const auto found = all.find("calibration"); found != all.end())
    artefact.calibration = calibration_from(*found, content.tensors, artefact.geometry.crop);
  if (const auto found = all.find("witnesses"); found != all.end())
    artefact.witnesses = witnesses_from(*found, content.tensors, artefact.geometry.crop);
}

}  // namespace adrep
