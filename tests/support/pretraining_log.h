#pragma once
#include <filesystem>
#include <fstream>
#include <string>

namespace adrep::test {

/// OUTPUT/log.jsonl without the seconds, which differ from run to run.
inline std::string pretraining_log(const std::filesystem::path& output) {
  std::string text, line;
  std::ifstream in(output / "log.jsonl");
  while (std::getline(in, line)) text += line.substr(0, line.find(",\"seconds\"")) + "\n";
  return text;
}

}  // namespace adrep::test
