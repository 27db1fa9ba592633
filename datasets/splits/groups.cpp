#include "datasets/splits/groups.h"

#include <algorithm>
#include <map>
#include <regex>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/plural.h"
#include "datasets/hash_order.h"
#include "datasets/long_lists.h"
#include "datasets/samples.h"

namespace adrep {
namespace {

/// Runs `step`; what the library says of an expression becomes one line.
template <class Step>
auto with_expression(const std::string& setting, const Step& step) {
  try {
    return step();
  } catch (const std::regex_error& error) {
    throw_input("split.group={}: not a regular expression that can be used: {}", setting, error.what());
  }
}

std::regex expression_of(const std::string& setting) {
  return with_expression(setting, [&] { return std::regex(setting, std::regex::ECMAScript); });
}

/// What the parentheses catch in a file's name, "" when it does not match or they catch nothing.
std::string caught(const std::string& id, const std::regex& expression) {
  const std::string name = id.substr(id.rfind('/') + 1);
  std::smatch match;
  if (!std::regex_search(name, match, expression)) return "";
  if (match.size() == 1) return match.str();
  std::string group;
  for (size_t i = 1; i < match.size(); ++i) group += (i > 1 ? "|" : "") + match.str(i);
  return group.find_first_not_of('|') == std::string::npos ? "" : group;
}

/// Divides the normal images anew: groups in order of their hash are tested until a fifth of the images is.
void divide_by_groups(ClassSplit& split) {
  std::vector<Sample> normal = std::move(split.train), test;
  for (Sample& sample : split.test) (sample.anomalous ? test : normal).push_back(std::move(sample));
  const std::vector<std::vector<size_t>> groups = grouped(normal);
  if (groups.size() < 2)
    throw_input("class '{}': split.group: its {} are one group, which cannot be trained on and tested", split.name,
                counted(std::ssize(normal), "normal image"));
  std::vector<std::string_view> names;
  for (const auto& members : groups) names.push_back(group_of(normal[members[0]]));
  std::vector<size_t> order = hash_order(names);
  order.pop_back();  // one is trained on
  std::vector<bool> tested(normal.size());
  int64_t missing = tested_of(std::ssize(normal));
  for (size_t group : order) {
    if (missing <= 0) break;
    missing -= std::ssize(groups[group]);
    for (size_t member : groups[group]) tested[member] = true;
  }
  split.train.clear();
  for (size_t i = 0; i < normal.size(); ++i) (tested[i] ? test : split.train).push_back(std::move(normal[i]));
  split.test = std::move(test);
  sort_samples(split);
}

}  // namespace

void check_group_setting(const std::string& setting) {
  if (setting != group_of_column) static_cast<void>(expression_of(setting));
}

void set_groups(ClassSplit& split, const std::string& setting) {
  const bool from_column = setting == group_of_column;
  const std::regex expression = expression_of(from_column ? "" : setting);
  std::vector<std::string> without;
  for (auto* part : {&split.train, &split.test})
    for (Sample& sample : *part) {
      if (!from_column && setting.empty()) sample.group.clear();
      if (!from_column && !setting.empty())
        sample.group = with_expression(setting, [&] { return caught(sample.id, expression); });
      if (sample.group.empty() && !setting.empty()) without.push_back(sample.id);
    }
  if (without.empty()) return;
  throw_input("class '{}': split.group={}: {} of: {}", split.name, setting,
              from_column ? "no manifest has a column 'group' with the group" : "it finds no group in the names",
              few_of(without));
}

const std::string& group_of(const Sample& sample) {
  return sample.group.empty() ? sample.id : sample.group;
}

std::vector<std::vector<size_t>> grouped(const std::vector<Sample>& samples) {
  std::map<std::string_view, size_t> known;
  std::vector<std::vector<size_t>> groups;
  for (size_t i = 0; i < samples.size(); ++i) {
    size_t place = groups.size();
    if (!samples[i].group.empty()) place = known.emplace(samples[i].group, place).first->second;
    if (place == groups.size()) groups.emplace_back();
    groups[place].push_back(i);
  }
  return groups;
}

void leave_out_trained_groups(ClassSplit& split) {
  std::unordered_set<std::string_view> trained;
  for (const Sample& sample : split.train) trained.insert(sample.group);
  const auto left_out = std::erase_if(
      split.test, [&](const Sample& sample) { return !sample.group.empty() && trained.contains(sample.group); });
  if (left_out > 0)
    split.data_notes.push_back(fmt::format("split.group: {} of groups that are trained on {} left out",
                                           counted(static_cast<int64_t>(left_out), "test image"),
                                           left_out == 1 ? "is" : "are"));
}

ClassSplit with_whole_groups(ClassSplit split) {
  if (split.divided_by_name) divide_by_groups(split);
  leave_out_trained_groups(split);
  return split;
}

}  // namespace adrep
