#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/names.h"

namespace adrep {

/// Objects of one kind by name. An Entry has at least `std::string name, doc`. Entries add themselves when the
/// program starts, from the file that implements them, so a new one needs no list to be edited.
template <class Entry>
class Registry {
 public:
  static Registry& instance() {
    static Registry registry;
    return registry;
  }

  Entry& add(Entry entry) {
    const std::string name = entry.name;
    const auto [place, added] = entries_.emplace(name, std::move(entry));
    ADREP_ASSERT(added, "{} is registered twice", name);
    return place->second;
  }

  const Entry* find(const std::string& name) const {
    const auto place = entries_.find(name);
    return place == entries_.end() ? nullptr : &place->second;
  }

  /// Throws InputError with the nearest known name. `kind` is "detector", "backbone", …
  const Entry& get(const std::string& name, const std::string& kind) const {
    if (const Entry* entry = find(name)) return *entry;
    throw_input("unknown {} '{}': {}", kind, name, suggestion(name, names()));
  }

  /// In alphabetical order.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_) names.push_back(name);
    return names;
  }

  const std::map<std::string, Entry>& all() const { return entries_; }

 private:
  std::map<std::string, Entry> entries_;
};

}  // namespace adrep

/// A name of its own for each use, also where several files are compiled as one.
#define ADREP_UNIQUE_NAME(name) ADREP_JOINED_NAME(name, __COUNTER__)
#define ADREP_JOINED_NAME(name, number) ADREP_PASTED_NAME(name, number)
#define ADREP_PASTED_NAME(name, number) name##_##number
