#include "detectors/pipeline/artefact.h"

#include <ATen/core/grad_mode.h>

#include "core/base/version.h"
#include "core/io/damaged.h"
#include "detectors/pipeline/artefact_format.h"
#include "detectors/pipeline/naming_file.h"

namespace adrep {
namespace {

constexpr double self_test_tolerance = 1e-4;

/// Whether the scores are those that were stored, up to the rounding of another machine.
bool agree(const at::Tensor& actual, const at::Tensor& stored) {
  if (actual.sizes() != stored.sizes()) return false;
  if (stored.numel() == 0) return true;
  const double largest = stored.abs().max().item<double>();
  return (actual - stored).abs().max().item<double>() <= self_test_tolerance * largest;
}

void self_test(const Artefact& artefact) {
  const at::NoGradGuard no_grad;
  const ArtefactProbe& probe = artefact.probe;
  const Scores actual = artefact.fitted->score(probe.levels);
  if (!agree(actual.maps, probe.scores.maps) || !agree(actual.image_scores, probe.scores.image_scores))
    throw_input(
        "its self-test gives other scores than were stored with it: this machine or version of LibTorch computes "
        "otherwise; fit it here");
  static_cast<void>(apply_post_step(artefact.post, actual));  // throws where its constants do not fit
}

SealedTensors read_artefact(const std::filesystem::path& file) {
  if (sealed_description(file, {artefact_seal.name, 1}))
    throw_input(
        "{}: a model of adrep 0.1, which says neither how images become features nor by which backbone: run again "
        "with models=keep, and it is written anew",
        file.string());
  return read_sealed(file, artefact_seal);
}

/// For where it lacks something.
std::string writer_text(const nlohmann::json& description) {
  const auto writer = description.find("adrep");
  if (writer == description.end() || !writer->is_string()) return "";
  return fmt::format("; adrep {} wrote it, this is adrep {}: make it anew", printable(writer->get<std::string>()),
                     version());
}

}  // namespace

void save_artefact(const std::filesystem::path& file, const Artefact& artefact) {
  Artefact tested = artefact;
  tested.probe.scores = artefact.fitted->score(artefact.probe.levels);
  write_sealed(file, artefact_seal, artefact_content(tested));
}

Artefact load_artefact(const std::filesystem::path& file) {
  const SealedTensors content = read_artefact(file);
  Artefact artefact;
  const auto load = [&] {
    artefact = artefact_from(content, file);
    self_test(artefact);
  };
  naming_file(file, load, writer_text(content.description));
  return artefact;
}

std::optional<ArtefactOwner> artefact_owner(const std::filesystem::path& file) {
  const std::optional<nlohmann::json> description = sealed_description(file, artefact_seal);
  if (!description) return std::nullopt;
  const nlohmann::json backbone = description->value("backbone", nlohmann::json());
  const bool embedded = backbone.is_object() && backbone.value("embedded", nlohmann::json()) == true;
  return ArtefactOwner{description->value("features", nlohmann::json()), embedded};
}

}  // namespace adrep
