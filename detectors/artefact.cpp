#include "detectors/artefact.h"

#include "core/base/error.h"
#include "core/base/failure.h"
#include "core/base/version.h"
#include "core/io/damaged.h"
#include "core/io/sealed_tensors.h"
#include "core/io/tensor_parts.h"

namespace adrep {
namespace {

using nlohmann::json;

const SealKind artefact_kind{"adrep detector", 1};
constexpr double self_test_tolerance = 1e-4;
const std::string state_prefix = "detector/", representation_prefix = "representation/", input_prefix = "test/input/";

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

/// Levels by number: "0", "1", …
Levels levels_below(const TensorMap& tensors, const std::string& prefix, int64_t image_size) {
  const TensorMap part = tensors_below(tensors, prefix);
  Levels levels{{}, image_size};
  for (size_t l = 0; l < part.size(); ++l) {
    const auto place = part.find(std::to_string(l));
    if (place == part.end() || place->second.dim() != 4) throw_input("the self-test has no level {}", l);
    levels.maps.push_back(place->second);
  }
  return levels;
}

/// Whether the scores are those that were stored, up to the rounding of another machine.
bool agree(const at::Tensor& actual, const at::Tensor& stored) {
  if (actual.sizes() != stored.sizes()) return false;
  if (stored.numel() == 0) return true;
  const double largest = stored.abs().max().item<double>();
  return (actual - stored).abs().max().item<double>() <= self_test_tolerance * largest;
}

void self_test(const Detector& detector, const json& description, const TensorMap& tensors) {
  const Levels probe = levels_below(tensors, input_prefix, description.at("image_size").get<int64_t>());
  const auto maps = tensors.find("test/maps"), scores = tensors.find("test/image_scores");
  if (probe.count() == 0 || maps == tensors.end() || scores == tensors.end()) throw_input("it has no self-test");
  const Scores actual = detector.score(probe);
  if (!agree(actual.maps, maps->second) || !agree(actual.image_scores, scores->second))
    throw_input(
        "its self-test gives other scores than were stored with it: this machine or version of LibTorch computes "
        "otherwise; fit it here");
}

/// What loading can throw, as one line about the file.
template <class F>
void naming_file(const std::filesystem::path& file, F&& load) {
  try {
    load();
  } catch (const Error& error) {
    throw_input("{}: {}", file.string(), error.what());
  } catch (const json::exception& error) {
    damaged(file, "its description is incomplete: {}", error.what());
  } catch (const c10::Error&) {
    const Failure failure = current_failure();
    if (failure.out_of_memory) throw;
    damaged(file, "its tensors do not fit together: {}", failure.line);
  }
}

}  // namespace

void save_artefact(const std::filesystem::path& file, const Artefact& artefact, const Levels& probe) {
  const DetectorEntry& entry = DetectorRegistry::instance().get(artefact.detector, "detector");
  SealedTensors content;
  content.description = {{"adrep", version()},
                         {"libtorch", libtorch_version()},
                         {"detector", artefact.detector},
                         {"parameters", parameters_of(entry, artefact.parameters)},
                         {"features", artefact.features},
                         {"record", artefact.record},
                         {"image_size", probe.image_size}};
  add_below(content.tensors, state_prefix, artefact.fitted->state());
  add_below(content.tensors, representation_prefix, artefact.representation);
  for (int64_t l = 0; l < probe.count(); ++l) content.tensors[input_prefix + std::to_string(l)] = probe[l];
  const Scores scores = artefact.fitted->score(probe);
  content.tensors["test/maps"] = scores.maps;
  content.tensors["test/image_scores"] = scores.image_scores;
  write_sealed(file, artefact_kind, content);
}

Artefact load_artefact(const std::filesystem::path& file) {
  const SealedTensors content = read_sealed(file, artefact_kind);
  Artefact artefact;
  naming_file(file, [&] {
    artefact.detector = content.description.at("detector").get<std::string>();
    artefact.parameters = parameters_from(content.description.at("parameters"), file.string());
    artefact.features = content.description.at("features");
    artefact.record = content.description.value("record", json());
    artefact.representation = tensors_below(content.tensors, representation_prefix);
    std::shared_ptr<Detector> fitted =
        DetectorRegistry::instance().get(artefact.detector, "detector").make(artefact.parameters);
    fitted->load(tensors_below(content.tensors, state_prefix));
    self_test(*fitted, content.description, content.tensors);
    artefact.fitted = std::move(fitted);
  });
  return artefact;
}

json artefact_features(const std::filesystem::path& file) {
  const std::optional<json> description = sealed_description(file, artefact_kind);
  return description ? description->value("features", json()) : json();
}

}  // namespace adrep
