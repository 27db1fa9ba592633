#include "detectors/pipeline/artefact_format.h"

#include <fmt/ranges.h>

#include "core/backbones/backbone.h"
#include "core/base/hash.h"
#include "core/base/version.h"
#include "core/io/damaged.h"
#include "core/io/tensor_parts.h"
#include "detectors/pipeline/artefact_calibration.h"
#include "detectors/pipeline/artefact_parts.h"

namespace adrep {
namespace {

using nlohmann::json;

const std::string state_prefix = "detector/", bank_prefix = "bank/", projector_prefix = "projector/",
                  post_prefix = "post/", level_names = "test/levels/", backbone_tensor = "backbone",
                  image_tensor = "test/image", maps_tensor = "test/maps", scores_tensor = "test/image_scores";
constexpr int64_t largest_side = 1 << 15, most_heads = 1024;
constexpr int64_t largest_batch = 4096;
constexpr size_t sha256_digits = 64;

json parameters_of(const DetectorEntry& entry, const RawParams& given) {
  json texts = json::object();
  for (const auto& [name, value] : entry.resolve(given)) {
    if (const auto* items = std::get_if<std::vector<std::string>>(&value))
      texts[name] = *items;
    else
      texts[name] = to_text(value);
  }
  return texts;
}

RawParams parameters_from(const json& texts, const std::string& where) {
  RawParams params;
  for (const auto& [name, text] : texts.items())
    params[name] = text.is_array() ? RawValue{text.get<std::vector<std::string>>(), true, where}
                                   : RawValue{{text.get<std::string>()}, false, where};
  return params;
}

/// Tensors by number below a prefix: "0", "1", … Float32 of so many dimensions, none of them empty.
std::vector<at::Tensor> numbered(const TensorMap& tensors, const std::string& prefix, int64_t dims) {
  std::vector<at::Tensor> list;
  for (size_t l = 0, count = tensors_below(tensors, prefix).size(); l < count; ++l) {
    list.push_back(tensor_of(tensors, prefix + std::to_string(l), at::kFloat, dims));
    if (list.back().numel() == 0) throw_input("damaged: '{}{}' is empty", prefix, l);
  }
  return list;
}

void add_numbered(TensorMap& tensors, const std::string& prefix, const std::vector<at::Tensor>& list) {
  for (size_t l = 0; l < list.size(); ++l) tensors[prefix + std::to_string(l)] = list[l];
}

Geometry geometry_from(const json& image) {
  const int64_t crop = number_between(image, "crop", 1, largest_side);
  Geometry geometry{static_cast<int>(number_between(image, "resize", crop, largest_side)), static_cast<int>(crop)};
  if (const auto fit = image.find("fit"); fit != image.end()) geometry.fit = fit_named(fit->get<std::string>());
  return geometry;
}

json image_description(const Artefact& artefact) {
  json all = {{"resize", artefact.geometry.resize}, {"crop", artefact.geometry.crop}};
  if (artefact.geometry.fit != Fit::crop) all["fit"] = fit_name(artefact.geometry.fit);
  const ImageReading& reading = artefact.reading;
  if (reading.bits != 16) all["bits"] = reading.bits;
  if (reading.upright) all["upright"] = true;
  if (reading.range) all["range"] = *reading.range;
  return all;
}

ImageReading reading_from(const json& image) {
  ImageReading reading;
  if (image.contains("bits")) reading.bits = static_cast<int>(number_between(image, "bits", 8, 16));
  reading.upright = image.contains("upright") && image.at("upright").get<bool>();
  if (image.contains("range")) {
    reading.range = image.at("range").get<std::array<double, 2>>();
    if (!((*reading.range)[0] < (*reading.range)[1])) throw_input("damaged: its range of values is none");
  }
  return reading;
}

json description_of(const ArtefactBackbone& backbone) {
  json all = {{"name", backbone.name},
              {"file", backbone.file},
              {"sha256", backbone.sha256},
              {"precision", precision_name(backbone.precision)},
              {"embedded", backbone.embedded.defined()}};
  if (backbone.name == "vit")
    all["vit"] = {{"heads", backbone.vit.vit_heads},
                  {"layers", backbone.vit.vit_layers},
                  {"activation", backbone.vit.weights_activation}};
  else if (const std::string& activation = backbone.vit.weights_activation; !activation.empty() && activation != "auto")
    all["activation"] = activation;
  if (const auto& normalisation = backbone.vit.normalisation)
    all["mean"] = normalisation->mean, all["std"] = normalisation->std;
  return all;
}

/// None: the architecture's own, which was all that adrep 0.2 knew.
std::optional<InputNormalisation> normalisation_from(const json& all) {
  if (!all.contains("mean") && !all.contains("std")) return std::nullopt;
  InputNormalisation normalisation{all.at("mean").get<std::array<double, 3>>(),
                                   all.at("std").get<std::array<double, 3>>()};
  for (const double deviation : normalisation.std)
    if (!(deviation > 0)) throw_input("damaged: its std of the backbone is {}", deviation);
  return normalisation;
}

/// The name must be a registered one, letter for letter: "torchscript:net.pt" would name code to run.
ArtefactBackbone backbone_from(const json& all, const TensorMap& tensors) {
  ArtefactBackbone backbone;
  backbone.name = all.at("name").get<std::string>();
  static_cast<void>(BackboneRegistry::instance().get(backbone.name, "backbone"));
  backbone.file = printable(all.at("file").get<std::string>());
  backbone.sha256 = all.at("sha256").get<std::string>();
  backbone.precision = resolve_precision(all.at("precision").get<std::string>(), at::kCPU);
  // adrep 0.2 had no choice but of vit, and "auto" was the usual one
  backbone.vit.weights_activation = all.value("activation", "");
  if (const auto vit = all.find("vit"); vit != all.end()) {
    backbone.vit.vit_heads = number_between(*vit, "heads", 0, most_heads);
    backbone.vit.vit_layers = vit->at("layers").get<std::vector<std::string>>();
    backbone.vit.weights_activation = vit->at("activation").get<std::string>();
  }
  std::string& activation = backbone.vit.weights_activation;
  if (activation == "auto") activation = "";
  if (!activation.empty() && activation != "gelu" && activation != "quick_gelu")
    throw_input("damaged: unknown activation '{}'", printable(activation));
  backbone.vit.normalisation_beside = false;
  backbone.vit.normalisation = normalisation_from(all);
  if (!is_hexadecimal(backbone.sha256, sha256_digits)) throw_input("damaged: its SHA-256 of the backbone is none");
  if (!all.at("embedded").get<bool>()) return backbone;
  if (backbone.is_code()) throw_input("damaged: it embeds a backbone that is code");
  backbone.embedded = tensor_of(tensors, backbone_tensor, at::kByte, 1).contiguous();
  return backbone;
}

json description_of(const ArtefactRepresentation& representation) {
  json all = {{"kind", representation.kind}};
  if (representation.kind == "raw") return all;
  all["match"] = match_name(representation.match);
  all["references"] = representation.bank.files;
  if (representation.projector) all["projector"] = adrep::description_of(*representation.projector);
  return all;
}

ReferenceBank bank_from(const json& all, const TensorMap& tensors, const Levels& levels) {
  ReferenceBank bank{numbered(tensors, bank_prefix, 2), all.at("references").get<std::vector<std::string>>(), 0};
  if (std::ssize(bank.rows) != levels.count() || bank.files.empty())
    throw_input("damaged: {} reference images with {} levels", bank.files.size(), bank.rows.size());
  for (int64_t l = 0; l < levels.count(); ++l) {
    const at::Tensor& rows = bank.rows[static_cast<size_t>(l)];
    const int64_t expected = std::ssize(bank.files) * levels[l].size(2) * levels[l].size(3);
    if (rows.size(1) != levels[l].size(1) || rows.size(0) % std::ssize(bank.files) != 0 || rows.size(0) != expected)
      throw_input("damaged: 'bank/{}' is [{}], not [{}, {}]", l, fmt::join(rows.sizes(), ", "), expected,
                  levels[l].size(1));
  }
  return bank;
}

ArtefactRepresentation representation_from(const json& all, const TensorMap& tensors, const Levels& levels,
                                           const std::filesystem::path& file) {
  ArtefactRepresentation representation;
  representation.kind = all.at("kind").get<std::string>();
  if (representation.kind == "raw") return representation;
  if (representation.kind != "residual" && representation.kind != "pretrained")
    throw_input("damaged: unknown features '{}'", printable(representation.kind));
  const std::string match = all.at("match").get<std::string>();
  if (match != "cosine" && match != "l2") throw_input("damaged: unknown matching '{}'", printable(match));
  representation.match = match_of(match);
  representation.bank = bank_from(all, tensors, levels);
  if (representation.kind == "residual") return representation;
  ProjectorCheckpoint projector = checkpoint_of(all.at("projector").get<std::string>(), file);
  projector.weights = tensors_below(tensors, projector_prefix);
  projector.file = file;
  check_projector_weights(projector.weights, projector.params, projector.channels, file.string());
  representation.projector = std::move(projector);
  return representation;
}

ArtefactProbe probe_from(const TensorMap& tensors, int64_t side) {
  ArtefactProbe probe{
      tensor_of(tensors, image_tensor, at::kByte, 3).contiguous(),
      {numbered(tensors, level_names, 4), side},
      {tensor_of(tensors, maps_tensor, at::kFloat, 3), tensor_of(tensors, scores_tensor, at::kFloat, 1), {}}};
  if (probe.image.sizes() != at::IntArrayRef({side, side, 3}) || probe.levels.maps.empty())
    throw_input("damaged: it has no self-test for images of {} × {}", side, side);
  for (const at::Tensor& level : probe.levels.maps)
    if (level.size(0) != 1) throw_input("damaged: its self-test has features of {} images", level.size(0));
  return probe;
}

/// Tensors that stand for nothing: a file with them was not written by adrep.
void refuse_unknown(const TensorMap& tensors, const Artefact& artefact) {
  for (const auto& [name, tensor] : tensors) {
    const bool known = name.starts_with(state_prefix) || name.starts_with(level_names) || name == image_tensor ||
                       name == maps_tensor || name == scores_tensor ||
                       (name == backbone_tensor && artefact.backbone.embedded.defined()) ||
                       (name.starts_with(bank_prefix) && !artefact.representation.bank.rows.empty()) ||
                       (name.starts_with(projector_prefix) && artefact.representation.projector) ||
                       (name.starts_with(post_prefix) && !artefact.post.name.empty()) ||
                       (name.starts_with(calibration_prefix) && artefact.calibration) ||
                       (name.starts_with(witness_prefix) && !artefact.witnesses.empty());
    if (!known) throw_input("damaged: unknown tensor '{}'", printable(name));
  }
}

}  // namespace

bool ArtefactBackbone::is_code() const {
  return name.find(':') != std::string::npos;  // the registry's names for files that say their own name
}

SealedTensors artefact_content(const Artefact& artefact) {
  const DetectorEntry& entry = DetectorRegistry::instance().get(artefact.detector, "detector");
  ADREP_ASSERT(!artefact.backbone.is_code() || !artefact.backbone.embedded.defined(), "code is never embedded");
  SealedTensors content;
  content.description = {{"adrep", version()},
                         {"libtorch", libtorch_version()},
                         {"detector", artefact.detector},
                         {"parameters", parameters_of(entry, artefact.parameters)},
                         {"features", artefact.features},
                         {"record", artefact.record},
                         {"image", image_description(artefact)},
                         {"backbone", description_of(artefact.backbone)},
                         {"representation", description_of(artefact.representation)},
                         {"post", artefact.post.name},
                         {"batch", artefact.batch}};
  if (!artefact.provenance.is_null()) content.description["provenance"] = artefact.provenance;
  if (!artefact.licence.empty()) content.description["licence"] = artefact.licence;
  add_calibration(content, artefact);
  TensorMap& tensors = content.tensors;
  add_below(tensors, state_prefix, artefact.fitted->state());
  add_numbered(tensors, bank_prefix, artefact.representation.bank.rows);
  if (artefact.representation.projector)
    add_below(tensors, projector_prefix, artefact.representation.projector->weights);
  add_below(tensors, post_prefix, artefact.post.constants);
  if (artefact.backbone.embedded.defined()) tensors[backbone_tensor] = artefact.backbone.embedded;
  tensors[image_tensor] = artefact.probe.image;
  add_numbered(tensors, level_names, artefact.probe.levels.maps);
  tensors[maps_tensor] = artefact.probe.scores.maps;
  tensors[scores_tensor] = artefact.probe.scores.image_scores;
  return content;
}

Artefact artefact_from(const SealedTensors& content, const std::filesystem::path& file) {
  const json& all = content.description;
  const TensorMap& tensors = content.tensors;
  Artefact artefact;
  artefact.detector = all.at("detector").get<std::string>();
  artefact.parameters = parameters_from(all.at("parameters"), file.string());
  artefact.features = all.at("features");
  artefact.record = all.value("record", json());
  artefact.geometry = geometry_from(all.at("image"));
  artefact.reading = reading_from(all.at("image"));
  artefact.backbone = backbone_from(all.at("backbone"), tensors);
  artefact.batch = number_between(all, "batch", 1, largest_batch);
  artefact.probe = probe_from(tensors, artefact.geometry.crop);
  artefact.representation = representation_from(all.at("representation"), tensors, artefact.probe.levels, file);
  artefact.post = {all.at("post").get<std::string>(), tensors_below(tensors, post_prefix)};
  artefact.provenance = all.value("provenance", json());
  artefact.licence = printable(all.value("licence", ""));
  take_calibration(content, artefact);
  refuse_unknown(tensors, artefact);
  std::shared_ptr<Detector> fitted =
      DetectorRegistry::instance().get(artefact.detector, "detector").make(artefact.parameters);
  fitted->load(tensors_below(tensors, state_prefix));
  artefact.fitted = std::move(fitted);
  return artefact;
}

}  // namespace adrep
