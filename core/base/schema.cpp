#include "core/base/schema.h"

#include <charconv>
#include <cmath>

#include "core/base/names.h"

namespace adrep {
namespace {

std::string number_text(double value) {
  return fmt::format("{}", value);
}

template <class T>
bool parse_number(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  return failed == std::errc() && stop == end;
}

bool parse_bool(const std::string& text, bool& value) {
  for (const char* yes : {"true", "yes", "on", "1"})
    if (text == yes) return value = true, true;
  for (const char* no : {"false", "no", "off", "0"})
    if (text == no) return value = false, true;
  return false;
}

std::string bounds_text(const Param& p) {
  std::string text;
  if (std::isfinite(p.minimum)) text += fmt::format(" {} {}", p.exclusive_minimum ? ">" : ">=", number_text(p.minimum));
  if (std::isfinite(p.maximum)) text += fmt::format("{} <= {}", text.empty() ? "" : " and", number_text(p.maximum));
  return text;
}

/// A choice "kind:FILE" stands for every text that begins with "kind:".
bool is_choice(const std::string& choice, const std::string& text) {
  const size_t colon = choice.find(':');
  if (colon == std::string::npos) return text == choice;
  return text.size() > colon + 1 && text.starts_with(choice.substr(0, colon + 1));
}

}  // namespace

std::string to_text(const ParamValue& value) {
  struct Visitor {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return number_text(v); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(const std::vector<std::string>& v) const {
      std::string text;
      for (size_t i = 0; i < v.size(); ++i) text += (i ? "," : "") + v[i];
      return text;
    }
  };
  return std::visit(Visitor{}, value);
}

std::string Param::type_text() const {
  if (!choices.empty())
    return (is_list() ? "list of " : "one of ") + [this] {
      std::string text;
      for (size_t i = 0; i < choices.size(); ++i) text += (i ? "|" : "") + choices[i];
      return text;
    }();
  static constexpr const char* names[] = {"true|false", "int", "float", "text", "list"};
  return names[default_value.index()] + bounds_text(*this);
}

Decides Param::role(const ParamTexts& texts) const {
  if (when && !when(texts)) return Decides::nothing;
  return decides_by ? decides_by(texts) : decides;
}

ParamValue Param::parse(const RawValue& raw, const std::string& key) const {
  const auto fail = [&](const std::string& text) {
    throw_input("{}: {}={}: expected {}{}", raw.where, key, text, type_text(),
                choices.empty() ? "" : " (" + suggestion(text, choices) + ")");
  };
  const auto check_choice = [&](const std::string& text) {
    const auto matches = [&](const std::string& choice) { return is_choice(choice, text); };
    if (!choices.empty() && std::none_of(choices.begin(), choices.end(), matches)) fail(text);
  };
  const auto check_bounds = [&](double number, const std::string& text) {
    const bool low = exclusive_minimum ? number > minimum : number >= minimum;
    if (!std::isfinite(number) || !low || number > maximum) fail(text);
  };
  if (is_list()) {
    if (raw.items == std::vector<std::string>{""}) return std::vector<std::string>{};  // "classes=": none given
    for (const std::string& item : raw.items) check_choice(item);
    return raw.items;
  }
  if (raw.items.size() != 1)
    throw_input("{}: {} takes one value here, {} were given", raw.where, key, raw.items.size());
  const std::string& text = raw.items[0];
  if (std::holds_alternative<bool>(default_value)) {
    bool value = false;
    if (!parse_bool(text, value)) fail(text);
    return value;
  }
  if (std::holds_alternative<int64_t>(default_value)) {
    int64_t value = 0;
    if (!parse_number(text, value)) fail(text);
    check_bounds(static_cast<double>(value), text);
    return value;
  }
  if (std::holds_alternative<double>(default_value)) {
    double value = 0;
    if (!parse_number(text, value)) fail(text);
    check_bounds(value, text);
    return value;
  }
  check_choice(text);
  return text;
}

const Param* ParamList::find(const std::string& name) const {
  for (const Param& param : params_)
    if (param.name == name) return &param;
  return nullptr;
}

std::vector<std::string> ParamList::names() const {
  std::vector<std::string> names;
  for (const Param& param : params_) names.push_back(param.name);
  return names;
}

Param& ParamList::add(Param param) {
  ADREP_ASSERT(find(param.name) == nullptr, "parameter {} is declared twice", param.name);
  return params_.emplace_back(std::move(param));
}

}  // namespace adrep
