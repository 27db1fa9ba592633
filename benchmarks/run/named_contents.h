#pragma once
#include <map>
#include <string>

#include "benchmarks/cells/cell_key.h"
#include "benchmarks/plan/plan.h"

namespace adrep {

/// The content of what settings name (weights, textures, lists) as the keys of a run first had it. It must stay so: a
/// table would show results of two contents under one name.
class NamedContents {
 public:
  /// Throws Error where a cell's key has another content of what one of its settings names than keys before it.
  void expect_same(const PlannedCell& cell, const CellKey& key);
  /// Throws Error where the key of a cell, made anew, is no longer what it was.
  void expect_same(const PlannedCell& cell, const CellKey& before, const CellKey& now);
  /// Whether such a change, which concerns many cells, is what a line says.
  bool is_change(const std::string& line) const { return !line.empty() && line == change_; }

 private:
  [[noreturn]] void throw_changed(const PlannedCell& cell, const std::string& name);

  std::map<std::string, nlohmann::json> known_;  ///< by the setting and what it names
  std::string change_;
};

}  // namespace adrep
