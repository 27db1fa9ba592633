#include "benchmarks/layouts/layout.h"

#include <algorithm>
#include <functional>

#include "benchmarks/layouts/embedded_files.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/yaml_file.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view layouts_folder = "configs/layouts/";
constexpr int64_t most_digits = 6;

using Names = std::map<std::string, std::string>;

/// What the field calls the values of the dimensions that every sweep has.
const std::map<std::string, Names>& names_of_the_field() {
  static const std::map<std::string, Names> names = {{"backbone",
                                                      {{"dinov2_base", "DINOv2-Base"},
                                                       {"dinov2_large", "DINOv2-Large"},
                                                       {"clip_base", "CLIP-Base"},
                                                       {"clip_large", "CLIP-Large"},
                                                       {"imagebind", "ImageBind"}}},
                                                     {"data",
                                                      {{"mvtec_ad", "MVTec AD"},
                                                       {"visa", "VisA"},
                                                       {"btad", "BTAD"},
                                                       {"mvtec_3d", "MVTec 3D"},
                                                       {"mpdd", "MPDD"},
                                                       {"real_iad", "Real-IAD"}}},
                                                     {"detector",
                                                      {{"padim", "PaDiM"},
                                                       {"patchcore", "PatchCore"},
                                                       {"cflow", "CFLOW"},
                                                       {"glass", "GLASS"},
                                                       {"uniad", "UniAD"},
                                                       {"feature_norm", "FeatureNorm"}}}};
  return names;
}

/// The values of one key, each with its place.
class LayoutReader {
 public:
  explicit LayoutReader(YamlFile file) : file_(std::move(file)) {
    if (!file_.root.IsMap()) throw_input("{}: a layout is a map of keys: rows, columns, metrics, …", file_.name);
  }

  Layout read() {
    using Read = std::function<void(const YAML::Node&)>;
    const std::map<std::string, Read> keys = {
        {"title", [&](const YAML::Node& node) { layout_.title = yaml_scalar(file_, node, "title"); }},
        {"of", [&](const YAML::Node& node) { layout_.of_costs = subject_of(node); }},
        {"rows", [&](const YAML::Node& node) { layout_.rows = list_of(node, "rows"); }},
        {"columns", [&](const YAML::Node& node) { layout_.columns = list_of(node, "columns"); }},
        {"metrics", [&](const YAML::Node& node) { layout_.metrics = list_of(node, "metrics"); }},
        {"joined", [&](const YAML::Node& node) { layout_.joined = truth_of(node, "joined"); }},
        {"delta", [&](const YAML::Node& node) { layout_.delta = yaml_scalar(file_, node, "delta"); }},
        {"means", [&](const YAML::Node& node) { layout_.means = truth_of(node, "means"); }},
        {"best", [&](const YAML::Node& node) { layout_.best = best_of(node); }},
        {"digits", [&](const YAML::Node& node) { layout_.digits = digits_of(node); }},
        {"where", [&](const YAML::Node& node) { layout_.where = lists_of(node, "where"); }},
        {"order", [&](const YAML::Node& node) { layout_.order = lists_of(node, "order"); }},
        {"names", [&](const YAML::Node& node) { read_names(node); }}};
    for (const auto& pair : file_.root) {
      const std::string key = yaml_scalar(file_, pair.first, "a key");
      const auto known = keys.find(key);
      std::vector<std::string> names;
      for (const auto& [name, read] : keys) names.push_back(name);
      if (known == keys.end())
        throw_input("{}: a layout has no key '{}': {}", file_.place(pair.first), key, suggestion(key, names));
      known->second(pair.second);
    }
    check();
    return std::move(layout_);
  }

 private:
  std::vector<std::string> list_of(const YAML::Node& node, const std::string& key) const {
    if (node.IsScalar()) return {node.Scalar()};
    if (!node.IsSequence()) throw_input("{}: {}: give a list", file_.place(node), key);
    std::vector<std::string> items;
    for (const YAML::Node& item : node) {
      items.push_back(yaml_scalar(file_, item, key));
      if (std::count(items.begin(), items.end(), items.back()) > 1)
        throw_input("{}: {}: '{}' is given twice", file_.place(item), key, items.back());
    }
    return items;
  }

  std::map<std::string, std::vector<std::string>> lists_of(const YAML::Node& node, const std::string& key) const {
    if (!node.IsMap()) throw_input("{}: {}: give a map of dimensions, each with a list", file_.place(node), key);
    std::map<std::string, std::vector<std::string>> lists;
    for (const auto& pair : node) {
      const std::string dimension = yaml_scalar(file_, pair.first, key);
      lists[dimension] = list_of(pair.second, key + "." + dimension);
    }
    return lists;
  }

  void read_names(const YAML::Node& node) {
    if (!node.IsMap()) throw_input("{}: names: give a map of dimensions, each with a map of names", file_.place(node));
    for (const auto& dimension : node) {
      if (!dimension.second.IsMap())
        throw_input("{}: names.{}: give a map of values and their names", file_.place(dimension.first),
                    dimension.first.Scalar());
      for (const auto& pair : dimension.second)
        layout_.names[dimension.first.Scalar()][pair.first.Scalar()] = yaml_scalar(file_, pair.second, "names");
    }
  }

  bool truth_of(const YAML::Node& node, const std::string& key) const {
    const std::string text = yaml_scalar(file_, node, key);
    if (text != "true" && text != "false") throw_input("{}: {}: give true or false", file_.place(node), key);
    return text == "true";
  }

  bool subject_of(const YAML::Node& node) const {
    const std::string text = yaml_scalar(file_, node, "of");
    if (text != "results" && text != "costs") throw_input("{}: of: give results or costs", file_.place(node));
    return text == "costs";
  }

  std::string best_of(const YAML::Node& node) const {
    const std::string text = yaml_scalar(file_, node, "best");
    if (text != "row" && text != "column") throw_input("{}: best: give row or column", file_.place(node));
    return text;
  }

  int64_t digits_of(const YAML::Node& node) const {
    const std::string text = yaml_scalar(file_, node, "digits");
    if (text.size() != 1 || text[0] < '0' || text[0] > '0' + most_digits)
      throw_input("{}: digits: give a number from 0 to {}", file_.place(node), most_digits);
    return text[0] - '0';
  }

  void check() {
    if (layout_.rows.empty() || layout_.metrics.empty())
      throw_input("{}: a layout needs the keys rows and metrics", file_.name);
    for (const std::string& row : layout_.rows)
      if (row == "metric") throw_input("{}: rows: the dimension metric stands in columns", file_.name);
    for (const std::string& column : layout_.columns)
      if (std::count(layout_.rows.begin(), layout_.rows.end(), column) > 0)
        throw_input("{}: '{}' stands in rows and in columns", file_.name, column);
    const bool by_metric = std::count(layout_.columns.begin(), layout_.columns.end(), "metric") > 0;
    if (layout_.joined && by_metric) throw_input("{}: joined: true needs columns without metric", file_.name);
    if (!layout_.joined && !by_metric) layout_.columns.push_back("metric");
    if (!layout_.delta.empty() && std::count(layout_.columns.begin(), layout_.columns.end(), layout_.delta) == 0)
      throw_input("{}: delta: '{}' is none of the columns", file_.name, layout_.delta);
  }

  YamlFile file_;
  Layout layout_;
};

}  // namespace

bool stands_in(const Layout& layout, const std::string& dimension) {
  return std::count(layout.rows.begin(), layout.rows.end(), dimension) > 0 ||
         std::count(layout.columns.begin(), layout.columns.end(), dimension) > 0;
}

std::vector<std::string> built_in_layouts() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_files())
    if (file.name.starts_with(layouts_folder)) names.push_back(fs::path(file.name).stem().string());
  return names;
}

Layout parse_layout(const std::string& text, const std::string& name) {
  Layout layout = LayoutReader(parse_yaml(text, name)).read();
  layout.name = fs::path(name).stem().string();
  return layout;
}

Layout find_layout(const std::string& name_or_file) {
  for (const EmbeddedFile& file : embedded_files())
    if (file.name.starts_with(layouts_folder) && fs::path(file.name).stem() == name_or_file)
      return parse_layout(std::string(file.text), std::string(file.name));
  if (!name_or_file.ends_with(".yaml") || !fs::exists(name_or_file))
    throw_input("--layout {}: no layout of this name and no .yaml file: {}", name_or_file,
                suggestion(name_or_file, built_in_layouts()));
  constexpr uint64_t largest_layout = 1 << 20;
  return parse_layout(read_file(name_or_file, largest_layout), name_or_file);
}

std::string shown_name(const Layout& layout, const std::string& dimension, const std::string& value) {
  for (const auto* names : {&layout.names, &names_of_the_field()})
    if (const auto of_dimension = names->find(dimension); of_dimension != names->end())
      if (const auto name = of_dimension->second.find(value); name != of_dimension->second.end()) return name->second;
  return value;
}

}  // namespace adrep
