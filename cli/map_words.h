#pragma once
#include <string>
#include <vector>

#include "core/base/config.h"

namespace adrep::cli {

/// The words of a command on score maps: MAPS and MASKS, the rest key=value. Throws InputError for no or more names.
struct MapWords {
  std::string maps, masks;  ///< masks: "" where it is not given
  std::vector<std::string> assignments;

  MapWords(const std::vector<std::string>& words, const std::string& command) {
    std::vector<std::string> paths;
    for (const std::string& word : words) (is_assignment(word) ? assignments : paths).push_back(word);
    if (paths.empty()) throw_input("command line: name the score maps (see adrep {} --help)", command);
    if (paths.size() > 2)
      throw_input("command line: '{}': only MAPS and MASKS can be named; settings are key=value", paths[2]);
    paths.resize(2);
    maps = paths[0];
    masks = paths[1];
  }
};

}  // namespace adrep::cli
