#include "benchmarks/plan/pretrain_keys.h"

#include <algorithm>
#include <map>

namespace adrep {
namespace {

/// What a pretraining in a plan takes from the run, and why.
const std::map<std::string, std::string>& taken_from_run() {
  static const std::map<std::string, std::string> taken = [] {
    const std::string fits = "projectors must fit the backbone of the cells, so the run's counts: set ";
    std::map<std::string, std::string> all = {{"backbone", fits + "backbone"}, {"weights", fits + "weights"}};
    for (const std::string& name : params_of<VitSettings>().names()) all[name] = fits + name;
    for (const char* name : {"device", "threads"})
      all[name] = std::string("a pretraining in a plan has the run's: set ") + name;
    all["output"] = "a pretraining in a plan lies in adrep's cache: projector.folder= names another place";
    all["timeout"] = "a pretraining in a plan is one process";
    return all;
  }();
  return taken;
}

}  // namespace

const std::vector<PretrainKeySection>& pretrain_key_sections() {
  static const std::vector<PretrainKeySection> sections = [] {
    std::vector<PretrainKeySection> made;
    for (const PretrainSection& section : pretrain_sections()) {
      PretrainKeySection kept{pretrain_key_prefix + section.prefix, {}};
      for (const Param& param : section.params->all())
        if (!taken_from_run().contains(section.prefix + param.name)) kept.params.add(param);
      made.push_back(std::move(kept));
    }
    return made;
  }();
  return sections;
}

const Param* find_pretrain_key(const std::string& key) {
  for (const PretrainKeySection& section : pretrain_key_sections()) {
    if (!key.starts_with(section.prefix)) continue;
    if (const Param* param = section.params.find(key.substr(section.prefix.size()))) return param;
  }
  return nullptr;
}

void refuse_key_of_run(const std::string& key, const std::string& where) {
  const std::string prefix = pretrain_key_prefix;
  if (!key.starts_with(prefix)) return;
  const auto taken = taken_from_run().find(key.substr(prefix.size()));
  if (taken != taken_from_run().end()) throw_input("{}: {}: {}", where, key, taken->second);
}

}  // namespace adrep
