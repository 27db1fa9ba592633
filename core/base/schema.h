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

/// What a parameter decides of a result. What comes earlier decides what comes later, too: keys are nested alike.
enum class Decides {
  undeclared,  ///< a mistake of the declaration
  backbone,    ///< what images become in the backbone
  features,    ///< the images, and what detectors see of them
  fit,         ///< what a detector learns
  scores,      ///< scores and maps of a fitted detector
  evaluation,  ///< what is measured of scores and maps
  nothing      ///< neither: where, how fast and what else is written
};

/// Values of the parameters that a role may depend on, as text by full name ("references.select", "padim.dims").
using ParamTexts = std::function<std::string(const std::string& name)>;

/// One declared parameter of some struct, type-erased: help, docs, validation and hash all derive from it.
struct Param {
  std::string name;
  std::string doc;
  std::string example;
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  bool exclusive_minimum = false;
  Decides decides = Decides::undeclared;
  std::function<bool(const ParamTexts& texts)> when;  ///< the other settings with which it decides anything; none: all
  std::function<Decides(const ParamTexts& texts)> decides_by;  ///< where its own value or others say what it decides
  bool is_seed = false;                                        ///< values of it make repetitions of one method
  bool is_path = false;                                        ///< names a file or folder, whose content counts
  std::string page;                                            ///< where what the paper took for it is offered
  std::vector<std::string> choices;  ///< allowed texts, "kind:FILE" for any that begins with "kind:"; empty: any
  ParamValue default_value;
  std::function<void(void* params, const ParamValue& value)> set;
  std::function<ParamValue(const void* params)> get;

  /// "int ≥ 1", "one of cosine, l2", …
  std::string type_text() const;
  /// What it decides with these settings: nothing where `when` does not hold, else as `decides_by` or `decides` says.
  Decides role(const ParamTexts& texts) const;
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
///     s.decides(Decides::fit);
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
    Handle& decides(Decides role) { return param_.decides = role, *this; }
    /// The earliest that it can decide, and what it decides with given settings.
    Handle& decides(Decides earliest, std::function<Decides(const ParamTexts&)> by) {
      return param_.decides = earliest, param_.decides_by = std::move(by), *this;
    }
    Handle& when(std::function<bool(const ParamTexts&)> holds) { return param_.when = std::move(holds), *this; }
    Handle& seed() { return param_.is_seed = true, *this; }
    Handle& path(std::string page = "") { return param_.is_path = true, param_.page = std::move(page), *this; }
    Handle& example(std::string text) { return param_.example = std::move(text), *this; }
    Handle& doc(std::string text) { return param_.doc = std::move(text), *this; }

   private:
    Param& param_;
  };

  /// What the parameters that follow decide, unless they say something else.
  void decides(Decides role) { role_ = role; }

  template <class T>
  Handle add(T P::*member, const std::string& name) {
    Param param;
    param.name = name;
    param.decides = role_;
    param.default_value = P{}.*member;
    param.set = [member](void* params, const ParamValue& value) {
      static_cast<P*>(params)->*member = std::get<T>(value);
    };
    param.get = [member](const void* params) -> ParamValue { return static_cast<const P*>(params)->*member; };
    return Handle(list_.add(std::move(param)));
  }

  const ParamList& list() const { return list_; }

 private:
  Decides role_ = Decides::undeclared;
  ParamList list_;
};

/// The declared parameters of P (P::declare is run once).
template <class P>
const ParamList& params_of() {
  static const Schema<P> schema = [] {
    Schema<P> made;
    P::declare(made);
    for (const Param& param : made.list().all())
      ADREP_ASSERT(param.decides != Decides::undeclared, "parameter {} does not say what it decides", param.name);
    return made;
  }();
  return schema.list();
}

}  // namespace adrep
