#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/yaml_file.h"

namespace adrep {

/// A value of an axis: its name in rules and tables, and what it sets.
struct MatrixValue {
  std::string label;
  RawConfig settings;
  std::string where;  ///< "configs/table1.yaml:12"
};

/// One direction of a matrix.
struct MatrixAxis {
  std::string name;
  std::vector<MatrixValue> values;
  bool named = false;  ///< the values have names and settings of their own; else the axis is a setting
  std::string where;
};

/// Settings for, or the exclusion of, the combinations whose axes have these values; an axis that is not named may have
/// any.
struct MatrixRule {
  std::map<std::string, std::vector<std::string>> when;
  RawConfig set;
  bool excludes = false;
  std::string where;
};

/// What a matrix has to know of the settings that it is made of.
struct MatrixKeys {
  /// Throws InputError for a key that is no setting.
  std::function<void(const std::string& key, const std::string& where)> check;
  /// Throws InputError for several values of a setting that takes one.
  std::function<void(const std::string& key, const std::string& where, size_t values)> check_swept;
  /// Whether setting `key` over others takes `earlier` out of them; none: nothing does.
  std::function<bool(const std::string& key, const std::string& earlier)> displaces{};
};

/// A sweep as a file describes it (docs/sweeps.md): settings of all combinations, the axes whose product they are, and
/// rules, of which later ones win.
struct Matrix {
  RawConfig base;
  std::vector<MatrixAxis> axes;
  std::vector<MatrixRule> rules;
  std::string file;
  MatrixKeys keys;
};

/// Whether a configuration is a matrix: it has one of the keys base, axes and rules.
bool is_matrix(const YamlFile& file);

/// Throws InputError with file and line for unknown keys, axes without values, values given twice, and rules that name
/// an axis or value that is not there.
Matrix read_matrix(const YamlFile& file, MatrixKeys keys);

/// One combination of a matrix.
struct Combination {
  std::map<std::string, std::string> labels;  ///< of every axis
  RawConfig settings;                         ///< base, axes in their order, rules in theirs, then the command line
  std::map<std::string, std::string> set_by;  ///< what set a key: "rule configs/table1.yaml:40"; not of the base
  std::set<std::string> filled{};             ///< keys in whose values labels stand for "{AXIS}"
};

/// The most combinations that a matrix may have.
inline constexpr size_t most_combinations = 10'000;

/// The product of the axes, the last one fastest, without what rules exclude. "{AXIS}" in a value of a setting stands
/// for that axis's label. An assignment "AXIS=LABEL,..." keeps these labels alone, "axes.AXIS.LABEL.KEY=VALUE" sets a
/// key of one label, any other is set over everything. Throws InputError for a rule that never applies, a product that
/// is empty or too large, and assignments of labels that are not there.
std::vector<Combination> combinations(const Matrix& matrix, const std::vector<std::string>& assignments);

/// Each combination with its difference to the base, and what set it.
std::string plan_text(const Matrix& matrix, const std::vector<Combination>& combinations);

}  // namespace adrep
