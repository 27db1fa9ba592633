#include "benchmarks/plan/matrix.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "core/base/names.h"

namespace adrep {
namespace {

const std::vector<std::string> matrix_keys = {"base", "axes", "rules"};

std::string matrix_word(const YamlFile& file, const YAML::Node& node, const std::string& what) {
  std::string word = yaml_scalar(file, node, what);
  if (word.empty()) throw_input("{}: {} needs a name", file.place(node), what);
  return word;
}

RawConfig known_settings(const YamlFile& file, const YAML::Node& map, const MatrixKeys& keys) {
  RawConfig settings = yaml_settings(file, map);
  for (const auto& [key, value] : settings) keys.check(key, value.where);
  return settings;
}

void add_value(MatrixAxis& axis, MatrixValue value) {
  for (const MatrixValue& other : axis.values)
    if (other.label == value.label)
      throw_input("{}: axis {}: '{}' is given twice (also in {})", value.where, axis.name, value.label, other.where);
  axis.values.push_back(std::move(value));
}

/// An axis is a list of values of a setting, or a map from names to settings.
MatrixAxis read_axis(const YamlFile& file, const YAML::Node& name, const YAML::Node& values, const MatrixKeys& keys) {
  MatrixAxis axis{matrix_word(file, name, "an axis"), {}, values.IsMap(), file.place(name)};
  if (axis.named) {
    for (const auto& pair : values) {
      const std::string label = matrix_word(file, pair.first, "a value of axis " + axis.name);
      if (!pair.second.IsMap() && !pair.second.IsNull())
        throw_input("{}: axis {}: '{}' needs settings, {{key: value}}; a setting with dots is one word, {}.{}: [...]",
                    file.place(pair.first), axis.name, label, axis.name, label);
      add_value(axis, {label, known_settings(file, pair.second, keys), file.place(pair.first)});
    }
  } else if (values.IsSequence()) {
    keys.check(axis.name, axis.where);
    keys.check_swept(axis.name, axis.where, values.size());
    for (const YAML::Node& item : values) {
      const std::string text = yaml_scalar(file, item, "axis " + axis.name), where = file.place(item);
      add_value(axis, {text, {{axis.name, {{text}, false, where}}}, where});
    }
  } else {
    throw_input("{}: axis {}: expected a list of values, or names with settings of their own", axis.where, axis.name);
  }
  if (axis.values.empty()) throw_input("{}: axis {} has no values", axis.where, axis.name);
  return axis;
}

/// Throws InputError where two axes set one key: the later one would win, and combinations would be there twice.
void check_apart(const std::vector<MatrixAxis>& axes) {
  std::map<std::string, std::string> set_by;
  for (const MatrixAxis& axis : axes)
    for (const MatrixValue& value : axis.values)
      for (const auto& [key, given] : value.settings)
        if (const auto [other, added] = set_by.emplace(key, axis.name); !added && other->second != axis.name)
          throw_input("{}: axes {} and {} both set {}: leave one, or let a rule set it", given.where, other->second,
                      axis.name, key);
}

std::vector<std::string> labels_of(const MatrixAxis& axis) {
  std::vector<std::string> labels;
  for (const MatrixValue& value : axis.values) labels.push_back(value.label);
  return labels;
}

const MatrixAxis& axis_named(const std::vector<MatrixAxis>& axes, const std::string& name, const std::string& where) {
  const auto axis = std::find_if(axes.begin(), axes.end(), [&](const MatrixAxis& a) { return a.name == name; });
  if (axis != axes.end()) return *axis;
  std::vector<std::string> known;
  for (const MatrixAxis& one : axes) known.push_back(one.name);
  throw_input("{}: '{}' is no axis: {}", where, name, suggestion(name, known));
}

void check_label(const MatrixAxis& axis, const std::string& label, const std::string& where) {
  const std::vector<std::string> labels = labels_of(axis);
  if (std::find(labels.begin(), labels.end(), label) == labels.end())
    throw_input("{}: axis {} has no value '{}': {}", where, axis.name, label, suggestion(label, labels));
}

std::map<std::string, std::vector<std::string>> read_condition(const YamlFile& file, const YAML::Node& node,
                                                               const std::vector<MatrixAxis>& axes) {
  std::map<std::string, std::vector<std::string>> condition;
  for (const auto& [name, value] : yaml_settings(file, node)) {
    const MatrixAxis& axis = axis_named(axes, name, value.where);
    if (value.items.empty()) throw_input("{}: {}: [] names no value of the axis", value.where, name);
    for (const std::string& label : value.items) check_label(axis, label, value.where);
    condition[name] = value.items;
  }
  return condition;
}

/// {when: CONDITION, set: SETTINGS} or {exclude: CONDITION}.
MatrixRule read_rule(const YamlFile& file, const YAML::Node& node, const Matrix& matrix) {
  MatrixRule rule;
  rule.where = file.place(node);
  if (!node.IsMap()) throw_input("{}: a rule is {{when: …, set: …}} or {{exclude: …}}", rule.where);
  bool sets = false, conditional = false;
  for (const auto& pair : node) {
    const std::string key = matrix_word(file, pair.first, "a part of a rule"), where = file.place(pair.first);
    if (key == "when" || key == "exclude") {
      rule.when = read_condition(file, pair.second, matrix.axes);
      (key == "when" ? conditional : rule.excludes) = true;
    } else if (key == "set") {
      rule.set = known_settings(file, pair.second, matrix.keys);
      sets = true;
    } else {
      throw_input("{}: unknown part '{}' of a rule: {}", where, key, suggestion(key, {"when", "set", "exclude"}));
    }
  }
  if (rule.excludes == sets || (rule.excludes && conditional))
    throw_input("{}: a rule has either 'set', with or without 'when', or 'exclude' alone", rule.where);
  return rule;
}

bool applies(const MatrixRule& rule, const std::map<std::string, std::string>& labels) {
  return std::all_of(rule.when.begin(), rule.when.end(), [&](const auto& condition) {
    const auto& [axis, allowed] = condition;
    return std::find(allowed.begin(), allowed.end(), labels.at(axis)) != allowed.end();
  });
}

/// "{AXIS}" replaced by labels. Braces around anything but letters, digits and "_" beginning with a letter stay.
std::string filled_in(const std::string& text, const std::map<std::string, std::string>& labels,
                      const std::string& where) {
  std::string filled;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
    const std::string name = end == std::string::npos ? "" : text.substr(at + 1, end - at - 1);
    const bool word =
        !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) &&
        std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; });
    if (!word) {
      filled += text[at++];
      continue;
    }
    const auto label = labels.find(name);
    if (label == labels.end()) {
      std::vector<std::string> known;
      for (const auto& [axis, value] : labels) known.push_back(axis);
      throw_input("{}: {{{}}}: '{}' is no axis: {}", where, name, name, suggestion(name, known));
    }
    filled += label->second;
    at = end + 1;
  }
  return filled;
}

/// What a command line says of a matrix: labels to keep, keys of single labels, and settings over everything.
struct MatrixOverrides {
  std::map<std::string, std::vector<std::string>> kept;
  RawConfig settings;
};

/// "axes.AXIS.LABEL.KEY": a label may have dots, so the longest that fits is meant.
void set_of_label(std::vector<MatrixAxis>& axes, const std::string& key, const RawValue& value,
                  const MatrixKeys& keys) {
  const size_t dot = key.find('.', 5), next = dot == std::string::npos ? dot : key.find('.', dot + 1);
  if (next == std::string::npos) throw_input("command line: {}: a key of one label is axes.AXIS.LABEL.KEY=VALUE", key);
  const std::string name = key.substr(5, dot - 5), rest = key.substr(dot + 1);
  std::string label = key.substr(dot + 1, next - dot - 1);
  for (const std::string& known : labels_of(axis_named(axes, name, "command line")))
    if (known.size() > label.size() && rest.starts_with(known + ".")) label = known;
  check_label(axis_named(axes, name, "command line"), label, "command line");
  const std::string setting = rest.substr(label.size() + 1);
  keys.check(setting, "command line");
  for (MatrixAxis& one : axes)
    for (MatrixValue& of : one.values)
      if (one.name == name && of.label == label) of.settings[setting] = value;
}

MatrixOverrides apply_assignments(std::vector<MatrixAxis>& axes, const std::vector<std::string>& assignments,
                                  const MatrixKeys& keys) {
  MatrixOverrides overrides;
  for (const auto& [key, value] : read_command_line("", assignments)) {
    const auto axis = std::find_if(axes.begin(), axes.end(), [&](const MatrixAxis& a) { return a.name == key; });
    if (axis != axes.end()) {
      for (const std::string& label : value.items) check_label(*axis, label, "command line");
      overrides.kept[key] = value.items;
    } else if (key.starts_with("axes.")) {
      set_of_label(axes, key, value, keys);
    } else {
      keys.check(key, "command line");
      overrides.settings[key] = value;
    }
  }
  return overrides;
}

/// Makes the combinations of a matrix one by one.
class Product {
 public:
  Product(const Matrix& matrix, const std::vector<std::string>& assignments)
      : matrix_(matrix),
        axes_(matrix.axes),
        overrides_(apply_assignments(axes_, assignments, matrix.keys)),
        used_(matrix.rules.size()) {}

  std::vector<Combination> make() {
    size_t count = 1;
    for (const MatrixAxis& axis : axes_) {
      count *= axis.values.size();
      if (count > most_combinations)
        throw_input("{}: the axes make more than {} combinations: split the file", axis.where, most_combinations);
    }
    std::vector<size_t> place(axes_.size());
    for (size_t i = 0; i < count; ++i) {
      add(place);
      for (size_t a = axes_.size(); a-- > 0;) {  // the last axis moves first
        if (++place[a] < axes_[a].values.size()) break;
        place[a] = 0;
      }
    }
    for (size_t r = 0; r < used_.size(); ++r)
      if (!used_[r])
        throw_input("{}: this rule never applies: an earlier 'exclude' takes all that it is for",
                    matrix_.rules[r].where);
    if (made_.empty()) throw_input("{}: no combination is left: rules exclude them all", matrix_.file);
    return std::move(made_);
  }

 private:
  void set(Combination& into, const RawConfig& settings, const std::string& by) const {
    for (const auto& [key, value] : settings) take_out(into, key);
    for (const auto& [key, value] : settings) {
      into.settings[key] = value;
      into.set_by[key] = by.empty() ? value.where : by;
    }
  }

  /// What a key displaces that was set before.
  void take_out(Combination& from, const std::string& key) const {
    if (!matrix_.keys.displaces) return;
    const auto displaced = [&](const auto& earlier) { return matrix_.keys.displaces(key, earlier.first); };
    std::erase_if(from.settings, displaced);
    std::erase_if(from.set_by, displaced);
  }

  void add(const std::vector<size_t>& place) {
    Combination made;
    made.settings = matrix_.base;
    for (size_t a = 0; a < axes_.size(); ++a) made.labels[axes_[a].name] = axes_[a].values[place[a]].label;
    for (size_t a = 0; a < axes_.size(); ++a) {
      const MatrixValue& value = axes_[a].values[place[a]];
      set(made, value.settings, fmt::format("axis {}={}, {}", axes_[a].name, value.label, value.where));
    }
    for (size_t r = 0; r < matrix_.rules.size(); ++r) {
      const MatrixRule& rule = matrix_.rules[r];
      if (!applies(rule, made.labels)) continue;
      used_[r] = true;
      if (rule.excludes) return;
      set(made, rule.set, "rule, " + rule.where);
    }
    for (const auto& [axis, labels] : overrides_.kept)
      if (std::find(labels.begin(), labels.end(), made.labels.at(axis)) == labels.end()) return;
    set(made, overrides_.settings, "command line");
    for (auto& [key, value] : made.settings)
      for (std::string& item : value.items) {
        const std::string given = std::exchange(item, filled_in(item, made.labels, value.where));
        if (item != given) made.filled.insert(key);
      }
    made_.push_back(std::move(made));
  }

  const Matrix& matrix_;
  std::vector<MatrixAxis> axes_;
  MatrixOverrides overrides_;
  std::vector<bool> used_;  ///< rules that applied to a combination, also to one that the command line leaves out
  std::vector<Combination> made_;
};

std::string raw_text(const RawValue& value) {
  return value.is_list ? "[" + fmt::format("{}", fmt::join(value.items, ", ")) + "]" : value.items.front();
}

}  // namespace

bool is_matrix(const YamlFile& file) {
  if (!file.root.IsMap()) return false;
  return std::any_of(matrix_keys.begin(), matrix_keys.end(),
                     [&](const auto& key) { return file.root[key].IsDefined(); });
}

Matrix read_matrix(const YamlFile& file, MatrixKeys keys) {
  Matrix matrix;
  matrix.file = file.name;
  matrix.keys = std::move(keys);
  YAML::Node rules;
  std::set<std::string> parts;
  for (const auto& pair : file.root) {
    const std::string key = matrix_word(file, pair.first, "a part of a sweep");
    if (!parts.insert(key).second) throw_input("{}: '{}' is given twice", file.place(pair.first), key);
    if (key == "base") {
      matrix.base = known_settings(file, pair.second, matrix.keys);
    } else if (key == "axes") {
      if (!pair.second.IsMap()) throw_input("{}: axes: expected names with values", file.place(pair.second));
      for (const auto& axis : pair.second) matrix.axes.push_back(read_axis(file, axis.first, axis.second, matrix.keys));
    } else if (key == "rules") {
      rules.reset(pair.second);
    } else {
      throw_input("{}: '{}' beside base, axes and rules: {}", file.place(pair.first), key,
                  nearest_name(key, matrix_keys).empty() ? "settings of all combinations stand in base"
                                                         : suggestion(key, matrix_keys));
    }
  }
  for (size_t a = 0; a < matrix.axes.size(); ++a)
    for (size_t b = 0; b < a; ++b)
      if (matrix.axes[a].name == matrix.axes[b].name)
        throw_input("{}: axis {} is given twice (also in {})", matrix.axes[a].where, matrix.axes[a].name,
                    matrix.axes[b].where);
  check_apart(matrix.axes);
  if (rules.IsDefined() && !rules.IsNull()) {
    if (!rules.IsSequence()) throw_input("{}: rules: expected a list, each with '- '", file.place(rules));
    for (const YAML::Node& rule : rules) matrix.rules.push_back(read_rule(file, rule, matrix));
  }
  return matrix;
}

std::vector<Combination> combinations(const Matrix& matrix, const std::vector<std::string>& assignments) {
  return Product(matrix, assignments).make();
}

std::string plan_text(const Matrix& matrix, const std::vector<Combination>& combinations) {
  std::string text = fmt::format("base of all {} combinations\n", combinations.size());
  for (const auto& [key, value] : matrix.base) text += fmt::format("  {}: {}\n", key, raw_text(value));
  for (size_t i = 0; i < combinations.size(); ++i) {
    const Combination& one = combinations[i];
    text += fmt::format("{}.", i + 1);
    for (const MatrixAxis& axis : matrix.axes) text += fmt::format(" {}={}", axis.name, one.labels.at(axis.name));
    text += "\n";
    std::vector<std::pair<std::string, std::string>> lines;  // a setting and what set it
    size_t width = 0;
    for (const auto& [key, by] : one.set_by) {
      const RawValue& value = one.settings.at(key);
      const auto base = matrix.base.find(key);
      if (base != matrix.base.end() && base->second.items == value.items) continue;
      lines.emplace_back(key + ": " + raw_text(value), by);
      width = std::max(width, lines.back().first.size());
    }
    for (const auto& [setting, by] : lines) text += fmt::format("  {:<{}}  # {}\n", setting, width, by);
  }
  return text;
}

}  // namespace adrep
