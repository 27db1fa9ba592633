#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/config.h"

namespace adrep {

/// Settings with one value for each key that was given several of, and which these are.
struct SweptSettings {
  RawConfig raw;
  std::map<std::string, std::string> swept;
};

/// The most configurations that swept settings may make.
inline constexpr size_t most_swept = 10'000;

/// Every combination of the values of keys that take one value and were given several, the last key fastest.
/// `param_of`: the declared parameter of a key; throws InputError for one that is not known. `check_swept`: throws
/// InputError for several values of a key that takes one; `where` says the place and the values. Throws InputError
/// where there are too many combinations.
std::vector<SweptSettings> one_by_one(
    const RawConfig& raw, const std::function<const Param&(const std::string& key, const std::string& where)>& param_of,
    const std::function<void(const std::string& key, const std::string& where, size_t values)>& check_swept);

/// The same check for all that is declared: InputError where the parameter changes no result, as its values would be
/// one result under several names.
void refuse_swept(const Param& param, const std::string& key, const std::string& where, size_t values);

}  // namespace adrep
