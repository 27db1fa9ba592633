#include "benchmarks/cells/cell_files.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "support/golden.h"

using namespace adrep;
using test::TemporaryFolder;
using Kind = CellFiles::Kind;
namespace fs = std::filesystem;

TEST_CASE("a file beside a cell that is gone, cut or changed is noticed", "[results]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  const fs::path map = folder / "maps/x/1.npy", model = folder / "models/x.safetensors";
  for (const fs::path& file : {map, model}) write_file_atomically(file, "content of " + file.string());
  const CellFiles files(folder.path(), std::string(64, 'a'));
  CHECK(files.state(Kind::maps) == CellFiles::State::unlisted);
  CHECK_FALSE(files.intact(Kind::maps));
  files.record(Kind::maps, {map});
  files.record(Kind::model, {model});
  CHECK((files.intact(Kind::maps) && files.intact(Kind::model) &&
         files.state(Kind::examples) == CellFiles::State::unlisted));
  CHECK(CellFiles::listed_in(folder.path(), files.file()) ==
        std::set<std::string>{"maps/x/1.npy", "models/x.safetensors"});
  const std::string what = GENERATE("changed", "cut", "gone");
  INFO(what);
  if (what == "gone")
    fs::remove(map);
  else
    write_file_atomically(map, what == "cut" ? "cont" : "content of another one");
  CHECK_FALSE(files.intact(Kind::maps));
  CHECK(files.state(Kind::maps) == CellFiles::State::harmed);
  CHECK(files.intact(Kind::model));
}

TEST_CASE("a list of kept files that is damaged, or of another cell, counts as none", "[results]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  write_file_atomically(folder / "maps/1.npy", "1");
  const CellFiles files(folder.path(), std::string(64, 'a'));
  files.record(Kind::maps, {folder / "maps/1.npy"});
  const std::string text = read_file(files.file());
  const CellFiles other(folder.path(), std::string(64, 'b'));
  write_file_atomically(other.file(), text);
  CHECK_FALSE(other.intact(Kind::maps));
  std::string changed = text;
  changed.replace(changed.find("1.npy"), 5, "2.npy");
  for (const std::string& damaged : {changed, text.substr(0, text.size() / 2), std::string()}) {
    write_file_atomically(files.file(), damaged);
    CHECK_FALSE(files.intact(Kind::maps));
    CHECK(CellFiles::listed_in(folder.path(), files.file()).empty());
  }
  CHECK_THROWS_AS(files.record(Kind::maps, {"/etc/hostname"}), InputError);
}
