#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.h"

namespace adrep {

/// What a declared parameter can hold.
using ParamValue = std::variant<bool, int64_t, double, std::string, std::vector<std::string>>;

/// Canonical text of a value: what YAML and key=value accept, and what is hashed.
std::string to_text(const ParamValue& value);

/// A value as the user wrote it, with where it was written.
struct RawValue {
  std::vector<std::string> items;  ///< one item for a scalar
  bool is_list = false;
  std::string where;  ///< "configs/demo.yaml:12" or "command line"
};

/// One declared parameter of some struct, type-erased: help, docs, validation and hash all derive from it.
struct Param {
  std::string name;
  std::string doc;
  std::string example;
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  bool exclusive_minimum = false;
  std::vector<std::string> choices;  ///< allowed texts, "kind:FILE" for any that begins with "kind:"; empty: any
  ParamValue default_value;
  std::function<void(void* params, const ParamValue& value)> set;
  std::function<ParamValue(const void* params)> get;

  /// "int ≥ 1", "one of cosine, l2", …
  std::string type_text() const;
  bool is_list() const { return std::holds_alternative<std::vector<std::string>>(default_value); }
  /// The user's value as this parameter's type, checked against bounds and choices.
  /// Throws InputError naming key, place and what is allowed. `key` is the full key for the message.
  ParamValue parse(const RawValue& raw, const std::string& key) const;
};

/// All parameters of one struct.
class ParamList {
 public:
  const std::vector<Param>& all() const { return params_; }
  const Param* find(const std::string& name) const;
  std::vector<std::string> names() const;
  Param& add(Param param);

 private:
  std::vector<Param> params_;
};

/// Declares the fields of a parameter struct once:
///   static void declare(Schema<PadimParams>& s) {
///     s.add(&PadimParams::ridge, "ridge").more_than(0).doc("added to the covariance's diagonal");
///   }
/// Field types: bool, int64_t, double, std::string, std::vector<std::string>.
template <class P>
class Schema {
 public:
  class Handle {
   public:
    explicit Handle(Param& param) : param_(param) {}
    Handle& at_least(double bound) { return param_.minimum = bound, *this; }
    Handle& more_than(double bound) { return param_.minimum = bound, param_.exclusive_minimum = true, *this; }
    Handle& at_most(double bound) { return param_.maximum = bound, *this; }
    Handle& one_of(std::vector<std::string> choices) { return param_.choices = std::move(choices), *this; }
    Handle& example(std::string text) { return param_.example = std::move(text), *this; }
    Handle& doc(std::string text) { return param_.doc = std::move(text), *this; }

   private:
    Param& param_;
  };

  template <class T>
  Handle add(T P::*member, const std::string& name) {
    Param param;
    param.name = name;
    param.default_value = P{}.*member;
    param.set = [member](void* params, const ParamValue& value) {
      static_cast<P*>(params)->*member = std::get<T>(value);
    };
    param.get = [member](const void* params) -> ParamValue { return static_cast<const P*>(params)->*member; };
    return Handle(list_.add(std::move(param)));
  }

  const ParamList& list() const { return list_; }

 private:
  ParamList list_;
};

/// The declared parameters of P (P::declare is run once).
template <class P>
const ParamList& params_of() {
  static const Schema<P> schema = [] {
    Schema<P> made;
    P::declare(made);
    return made;
  }();
  return schema.list();
}

}  // namespace adrep
