#include "benchmarks/plan/swept_settings.h"

namespace adrep {

std::vector<SweptSettings> one_by_one(
    const RawConfig& raw, const std::function<const Param&(const std::string& key, const std::string& where)>& param_of,
    const std::function<void(const std::string& key, const std::string& where, size_t values)>& check_swept) {
  std::vector<SweptSettings> expanded(1);
  for (const auto& [key, value] : raw) {
    const bool swept = !param_of(key, value.where).is_list() && value.items.size() > 1;
    if (!swept) {
      for (SweptSettings& one : expanded) one.raw[key] = value;
      continue;
    }
    check_swept(key, fmt::format("{}: {}={}", value.where, key, fmt::join(value.items, ",")), value.items.size());
    if (expanded.size() * value.items.size() > most_swept)
      throw_input("{}: {} makes more than {} configurations", value.where, key, most_swept);
    std::vector<SweptSettings> next;
    for (const SweptSettings& one : expanded)
      for (const std::string& item : value.items) {
        next.push_back(one);
        next.back().raw[key] = {{item}, false, value.where};
        next.back().swept[key] = item;
      }
    expanded = std::move(next);
  }
  return expanded;
}

void refuse_swept(const Param& param, const std::string& key, const std::string& where, size_t values) {
  if (values < 2 || param.is_list() || param.decides != Decides::nothing) return;
  throw_input("{}: {} changes no result, so it takes one value", where, key);
}

}  // namespace adrep
