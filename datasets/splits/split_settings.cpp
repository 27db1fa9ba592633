#include "datasets/splits/split_settings.h"

#include <string_view>

#include "core/base/content_hashes.h"
#include "core/base/error.h"
#include "core/base/param_json.h"
#include "datasets/splits/groups.h"

namespace adrep {
namespace {

/// The settings alone, for what each decides.
struct Declared : SplitSettings {
  static void declare(Schema<Declared>& s) { SplitSettings::declare(s); }
};

}  // namespace

void check_split(const SplitSettings& settings) {
  if (settings.train_fraction < 1 && settings.split_shots > 0)
    throw_input("split.train_fraction and split.shots both choose training images: set one of them");
  if (settings.folds == 1) throw_input("split.folds=1: one part leaves nothing to train on: 0 (off), or 2 and more");
  if (settings.folds > 0 && settings.fold >= settings.folds)
    throw_input("split.fold={}: there are {} parts, numbered from 0", settings.fold, settings.folds);
  if (settings.folds == 0 && settings.fold > 0) throw_input("split.fold={}: set split.folds too", settings.fold);
  if (settings.split_group.empty()) return;
  check_group_setting(settings.split_group);
  if (settings.noise_ratio > 0 && settings.noise_overlap == "yes")
    throw_input(
        "split.group keeps groups on one side, split.noise_overlap=yes puts anomalous images on both: set "
        "split.noise_overlap=no");
}

nlohmann::json split_key(const SplitSettings& settings) {
  Declared declared;
  static_cast<SplitSettings&>(declared) = settings;
  const ParamList& params = params_of<Declared>();
  const ParamTexts texts = [&](const std::string& name) { return to_text(params.find(name)->get(&declared)); };
  constexpr size_t prefix = std::string_view("split.").size();
  nlohmann::json key;
  for (const Param& param : params.all()) {
    if (param.role(texts) == Decides::nothing) continue;
    const std::string name = param.name.substr(prefix);
    if (param.is_path)
      key[name + "_sha256"] = ContentHashes::instance().sha256_of(std::get<std::string>(param.get(&declared)));
    else
      key[name] = param_json(param.get(&declared));
  }
  return key;
}

}  // namespace adrep
