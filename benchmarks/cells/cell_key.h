#pragma once
#include <nlohmann/json.hpp>

#include <string>

namespace adrep {

/// Everything that determines a result, in three nested keys: of the fitted detector (fit), of its scores and maps
/// (fit and scores), and of the cell (all). Each hash is SHA-256 of canonical JSON, 64 hexadecimal digits.
struct CellKey {
  nlohmann::json fit = nlohmann::json::object();
  nlohmann::json scores = nlohmann::json::object();
  nlohmann::json evaluation = nlohmann::json::object();

  std::string fit_hash() const;
  std::string score_hash() const;
  std::string hash() const;

  /// A part by its name, from the first section that has it; null where none has.
  nlohmann::json part(const std::string& name) const;
  /// The same as text, "" where none has it: text("detector").
  std::string text(const std::string& name) const;

  nlohmann::json to_json() const;
  /// Throws nlohmann::json::exception when it is no such key.
  static CellKey from_json(const nlohmann::json& all);

  bool operator==(const CellKey&) const = default;
};

}  // namespace adrep
