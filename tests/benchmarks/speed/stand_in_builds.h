#pragma once
#include <filesystem>
#include <fstream>
#include <string>

namespace adrep::test {

/// Writes a shell script that stands in for a build of adrep: it answers `version`, and for `run` has the folders that
/// it is given as $output, with the folder cells in it, and $cache before it does what `work` says.
inline std::filesystem::path write_build(const std::filesystem::path& file, const std::string& work) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << R"sh(#!/bin/sh
if [ "$1" = version ]; then echo "adrep 9.9 (stand-in)"; exit 0; fi
for word; do
  case $word in
    output=*) output=${word#output=} ;;
    cache.folder=*) cache=${word#cache.folder=} ;;
  esac
done
if [ -e "$output" ] || [ -e "$cache" ]; then echo "the folders are not fresh"; exit 9; fi
mkdir -p "$output/cells" "$cache"
)sh" << work << "\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return file;
}

}  // namespace adrep::test
