// Manual pages hold what the commands' help holds.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "core/base/atomic_file.h"
#include "support/golden.h"
#include "support/program.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// A page as a reader sees it, as far as a search needs it.
std::string page_text(const fs::path& file) {
  std::string text = read_file(file), shown;
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\\' || i + 1 == text.size() || text[i + 1] != '-') shown += text[i];
  return shown;
}

/// Characters of the longest part of a line of roff that stays in one line: it may end at spaces and at "\\:".
size_t longest_piece(const std::string& line) {
  size_t longest = 0, length = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool may_end = line[i] == ' ' || (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == ':');
    length = may_end ? 0 : length + 1;
    longest = std::max(longest, length);
  }
  return longest;
}

}  // namespace

TEST_CASE("there is a manual page for every command, with every key that its help shows", "[cli]") {
  const TemporaryFolder folder;
  const auto written = adrep_program("man " + (folder / "man").string());
  INFO(written.text);
  REQUIRE(written.code == 0);
  std::set<std::string> pages;
  for (const auto& entry : fs::directory_iterator(folder / "man")) pages.insert(entry.path().filename());
  std::istringstream help(adrep_program("--help").text);
  bool commands = false;
  size_t found = 0;
  for (std::string line; std::getline(help, line);) {
    if (line.find("ubcommands:") != std::string::npos) commands = true;
    std::istringstream words(line);
    std::string name;
    if (!commands || !line.starts_with("  ") || line.starts_with("   ") || !(words >> name)) continue;
    ++found;
    CHECK(pages.contains("adrep-" + name + ".1"));
  }
  CHECK(found > 20);
  CHECK(pages.contains("adrep.1"));
  CHECK(pages.contains("adrep-metrics-explain.1"));
  for (const std::string command : {"run", "fit", "metrics", "pretrain", "demo"}) {
    const std::string page = page_text(folder / "man" / ("adrep-" + command + ".1"));
    std::istringstream lines(adrep_program(command + " --help").text);
    size_t keys = 0;
    for (std::string line; std::getline(lines, line);) {
      const size_t end = line.find("=  ");
      if (end == std::string::npos || !line.starts_with("  ")) continue;
      ++keys;
      INFO(command << ": " << line);
      CHECK_THAT(page, Contains(".B " + line.substr(2, end - 1)));
    }
    CHECK(keys > 5);
  }
}

TEST_CASE("a manual page has its parts and no line that roff would take for a request", "[cli]") {
  const TemporaryFolder folder;
  REQUIRE(adrep_program("man " + (folder / "man").string()).code == 0);
  const std::string known = ".TH .SH .SS .TP .B .BR .br .ad .nh ";
  for (const auto& entry : fs::directory_iterator(folder / "man")) {
    INFO(entry.path().string());
    const std::string page = read_file(entry.path());
    CHECK_THAT(page, Contains(".SH NAME") && Contains(".SH SYNOPSIS") && Contains(".SH OPTIONS"));
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
      INFO(line);
      CHECK_FALSE(line.starts_with("'"));
      if (line.starts_with(".")) CHECK_THAT(known, Contains(line.substr(0, line.find(' ')) + " "));
      CHECK(longest_piece(line) < 66);  // what troff cannot break is cut off, with a warning
    }
  }
}
