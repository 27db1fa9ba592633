#include "benchmarks/run/memory_check.h"

#include "benchmarks/plan/job_share.h"
#include "benchmarks/plan/memory_shares.h"
#include "core/backbones/backbone.h"
#include "core/base/plural.h"
#include "detectors/least_memory.h"

namespace adrep {
namespace {

/// What one fit needs, and what there is.
struct FitNeeds {
  const DetectorEntry* entry;
  RawParams params;
  std::vector<LevelShape> shapes;
  int64_t images = 0;
  int64_t features = 0;  ///< bytes that are held, in memory or in files
  LeastMemory least{};

  /// The entry's first lighter value that `allowed` is enough for, or "".
  std::string lighter(const LeastMemory& allowed) const {
    const auto least_with = [&](const std::string& param, const std::string& value) {
      RawParams other = params;
      other[param] = {{value}, false, "memory="};
      return entry->least_memory(other, shapes, images);
    };
    return lighter_setting(*entry, least_with, allowed);
  }
};

/// The lack of one class: how much is needed, and the line in two parts, around the classes.
struct Lack {
  int64_t needed = 0;
  std::string begin, end;
};

class MemoryCheck {
 public:
  MemoryCheck(const Plan& plan, ClassSizes& sizes, FitsLeft& left, int64_t machine)
      : plan_(plan), sizes_(sizes), left_(left), machine_(machine) {}

  std::vector<std::string> lines() {
    for (const PlannedGroup& group : plan_.groups) {
      try {
        for (const PlannedCell& cell : group.cells) add(group, cell);
      } catch (const InputError&) {
        continue;  // fails the class when it is its turn; what is missing is said elsewhere
      }
    }
    std::vector<std::string> lines;
    for (const auto& [key, worst] : worst_) {
      const auto others = std::ssize(classes_.at(key)) - 1;
      const std::string more = others > 0 ? " and " + counted(others, "other class") : "";
      lines.push_back(worst.begin + more + worst.end);
    }
    return lines;
  }

 private:
  void add(const PlannedGroup& group, const PlannedCell& cell) {
    const FitNeeds needs = needs_of(group, cell);
    std::optional<Lack> lack = lack_of_memory(group, cell, needs);
    if (!lack) lack = lack_of_machine(group, cell, needs);
    if (!lack || !left_.holds(group, cell)) return;
    const size_t data = data_sets_.emplace(group.dataset.get(), data_sets_.size()).first->second;
    const Key key{data, group.config->settings.backbone, cell.detector};
    classes_[key].insert(cell.together ? "" : cell.class_name);
    if (lack->needed > worst_[key].needed) worst_[key] = std::move(*lack);
  }

  FitNeeds needs_of(const PlannedGroup& group, const PlannedCell& cell) {
    FitNeeds needs{&DetectorRegistry::instance().get(cell.detector, "detector"), cell.params(), sizes_.shapes(group)};
    needs.images = cell.together ? sizes_.train_images(*cell.together) : sizes_.images(group).train;
    needs.features = cell.together ? needs.images * sizes_.image_bytes(group) : sizes_.held_bytes(group);
    needs.least = needs.entry->least_memory(needs.params, needs.shapes, needs.images);
    return needs;
  }

  static std::string place(const PlannedGroup& group, const PlannedCell& cell) {
    const std::string& named = group.config->data_name;
    const std::string data = named.empty() ? group.dataset->root().filename().string() : named;
    return fmt::format("{} on {}{}", cell.detector, data, cell.together ? "" : "/" + cell.class_name);
  }

  static std::optional<Lack> lack_of_memory(const PlannedGroup& group, const PlannedCell& cell, const FitNeeds& needs) {
    const RunSettings& settings = cell.config->settings;
    const int64_t all = memory_bytes(settings), there = working_memory_beside(all, needs.features);
    if (needs.least.working <= there) return std::nullopt;
    const std::string lighter = needs.lighter({there, needs.least.learnt});
    return Lack{needs.least.working,
                fmt::format("{}: {}", memory_setting(settings, settings.memory), place(group, cell)),
                fmt::format(" with {} needs {} to be fitted, more than the {} that {}: set {}{}", settings.backbone,
                            memory_text(needs.least.working), memory_text(there),
                            there < all ? "its features leave" : "there are",
                            memory_setting(settings, memory_for(needs.least.working, needs.features)),
                            lighter.empty() ? "" : " or " + lighter)};
  }

  std::optional<Lack> lack_of_machine(const PlannedGroup& group, const PlannedCell& cell, const FitNeeds& needs) {
    const RunSettings& settings = cell.config->settings;
    const int64_t in_memory = needs.features > features_memory(settings) ? 0 : needs.features;
    const int64_t others = weights_bytes(settings) + in_memory + needs.least.working;
    if (needs.least.learnt + others <= machine_) return std::nullopt;
    const std::string lighter = needs.lighter({needs.least.working, machine_ - others});
    return Lack{
        needs.least.learnt + others, place(group, cell),
        fmt::format(" with {} takes {} ({} of them what it learns), more than the {} of memory that this "
                    "machine has{}",
                    settings.backbone, memory_text(needs.least.learnt + others), memory_text(needs.least.learnt),
                    memory_text(machine_), lighter.empty() ? "" : ": set " + lighter)};
  }

  /// 0 where they are not there.
  int64_t weights_bytes(const RunSettings& settings) {
    const auto [place, added] = weights_.emplace(settings.backbone + "|" + settings.weights, 0);
    if (!added) return place->second;
    try {
      std::error_code unknown;
      const auto bytes =
          std::filesystem::file_size(find_weights(find_backbone(settings.backbone), settings.weights), unknown);
      if (!unknown) place->second = static_cast<int64_t>(bytes);
    } catch (const InputError&) {  // said as missing
    }
    return place->second;
  }

  using Key = std::tuple<size_t, std::string, std::string>;  // data set by its place in the plan, backbone, detector

  const Plan& plan_;
  ClassSizes& sizes_;
  FitsLeft& left_;
  int64_t machine_;
  std::map<std::string, int64_t> weights_;
  std::map<const Dataset*, size_t> data_sets_;
  std::map<Key, Lack> worst_;
  std::map<Key, std::set<std::string>> classes_;
};

}  // namespace

std::vector<std::string> memory_shortages(const Plan& plan, ClassSizes& sizes, FitsLeft& left, int64_t machine) {
  return MemoryCheck(plan, sizes, left, machine).lines();
}

}  // namespace adrep
