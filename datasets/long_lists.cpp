#include "datasets/long_lists.h"

#include <mutex>
#include <set>

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/base/names.h"

namespace adrep {
namespace {

/// True the first time for each text.
bool is_first_time(const std::string& text) {
  static std::mutex mutex;
  static std::set<std::string> known;
  const std::lock_guard lock(mutex);
  return known.insert(text).second;
}

}  // namespace

std::string few_of(const std::vector<std::string>& names) {
  constexpr size_t shown = 5;
  std::string text = listed(names, shown);
  if (names.size() > shown)
    if (const std::string all = listed(names); is_first_time(all))
      log_detail(fmt::format("all {}: {}", names.size(), all));
  return text;
}

}  // namespace adrep
