#include "benchmarks/speed/build_race.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "benchmarks/speed/race_report.h"
#include "benchmarks/speed/scratch_folder.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/paths.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr int64_t fewest_repeats = 3;

bool is_program(const fs::path& path) {
  return fs::is_regular_file(path) && access(path.c_str(), X_OK) == 0;
}

fs::path program_at(const fs::path& given) {
  if (is_program(given)) return given;
  if (is_program(given / "bin/adrep")) return given / "bin/adrep";
  throw_input("{}: {}: name a program of adrep, or a folder that holds bin/adrep", given.string(),
              fs::exists(given) ? "no program" : "no such file or folder");
}

/// Of what a program printed: its last line that names an error, else its last one; "" where it printed nothing.
std::string last_complaint(const fs::path& output) {
  std::istringstream lines(fs::exists(output) ? read_file(output) : "");
  std::string last, complaint;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    last = line;
    if (line.find("error:") != std::string::npos) complaint = line;
  }
  return complaint.empty() ? last : complaint;
}

[[noreturn]] void throw_ended(const fs::path& program, const std::string& what, const std::string& problem,
                              const fs::path& output) {
  const std::string complaint = last_complaint(output);
  throw_failure("{}: its {} ended with {}{}{}", program.string(), what, problem, complaint.empty() ? "" : ": ",
                complaint);
}

std::string version_of(const fs::path& program, const fs::path& output) {
  const ChildEnd end = run_measured({program.string(), "version"}, output);
  if (!end.problem.empty()) throw_ended(program, "version", end.problem, output);
  std::istringstream lines(read_file(output));
  std::string line;
  std::getline(lines, line);
  if (!line.starts_with("adrep "))
    throw_input("{}: no program of adrep: the first line of its version is '{}'", program.string(), line);
  return line;
}

/// Throws InputError for settings that the race gives itself: the last of two would win, and runs would share files.
void check_words(const std::vector<std::string>& words) {
  if (words.empty())
    throw_input("no configuration: name what both builds are to run, as for adrep run: CONFIG.yaml or data=FOLDER");
  for (const std::string& word : words)
    for (const std::string own : {"output", "cache.folder"})
      if (word.starts_with(own + "=")) throw_input("{}: each turn has a folder of its own for it: leave it out", word);
}

/// The names of files in both folders, and how many of them differ.
CellDifference compare_cells(const fs::path& a, const fs::path& b) {
  std::set<fs::path> names;
  for (const fs::path& folder : {a, b})
    for (const fs::path& file : files_ending(folder, ".json")) names.insert(file.filename());
  CellDifference difference{.cells = std::ssize(names)};
  for (const fs::path& name : names)
    if (!fs::exists(a / name) || !fs::exists(b / name) || read_file(a / name) != read_file(b / name))
      ++difference.different;
  return difference;
}

/// The runs of both builds and the folders that they write to.
class Race {
 public:
  Race(const RaceSettings& settings, const LoadReading& reading) : reading_(reading) {
    result_.settings = settings;
    result_.a.program = program_at(settings.a);
    result_.b.program = program_at(settings.b);
    for (RaceSide* side : {&result_.a, &result_.b}) side->version = version_of(side->program, scratch_ / "version.txt");
  }

  BuildRace run() {
    const int64_t repeats = result_.settings.repeats;
    begin_turn();
    const ChildCost warm_a = run_of(result_.a), warm_b = run_of(result_.b);
    log_info(fmt::format("warm-up, not counted: A {}, B {}", cost_text(warm_a), cost_text(warm_b)));
    for (int64_t turn = 0; turn < repeats; ++turn) {
      begin_turn();
      std::array<RaceSide*, 2> order = {&result_.a, &result_.b};
      if (turn % 2 == 1) std::swap(order[0], order[1]);
      for (RaceSide* side : order) side->turns.push_back(run_of(*side));
      log_info(fmt::format("turn {} of {}: A {}, B {}", turn + 1, repeats, cost_text(result_.a.turns.back()),
                           cost_text(result_.b.turns.back())));
    }
    result_.cells = compare_cells(folder_of(result_.a) / "output/cells", folder_of(result_.b) / "output/cells");
    return result_;
  }

 private:
  fs::path folder_of(const RaceSide& side) const { return scratch_ / (&side == &result_.a ? "a" : "b"); }

  /// Empties the folders first, since that is work for the machine, too.
  void begin_turn() {
    for (const RaceSide* side : {&result_.a, &result_.b}) {
      fs::remove_all(folder_of(*side));
      fs::create_directory(folder_of(*side));
    }
    const MachineLoad load = wait_for_calm(reading_);
    if (load.busy >= result_.busiest.busy) result_.busiest = load;
  }

  ChildCost run_of(const RaceSide& side) const {
    const fs::path folder = folder_of(side), output = folder / "output.txt";
    std::vector<std::string> command = {side.program.string(), "run"};
    command.insert(command.end(), result_.settings.words.begin(), result_.settings.words.end());
    command.push_back("output=" + (folder / "output").string());
    command.push_back("cache.folder=" + (folder / "cache").string());
    const ChildEnd end = run_measured(command, output);
    if (!end.problem.empty()) throw_ended(side.program, "run", end.problem, output);
    return end.cost;
  }

  const LoadReading& reading_;
  ScratchFolder scratch_;
  BuildRace result_;
};

std::vector<double> seconds_of(const RaceSide& side) {
  std::vector<double> values;
  for (const ChildCost& cost : side.turns) values.push_back(cost.seconds);
  return values;
}

std::vector<double> peaks_of(const RaceSide& side) {
  std::vector<double> values;
  for (const ChildCost& cost : side.turns) values.push_back(static_cast<double>(cost.peak_bytes));
  return values;
}

}  // namespace

BuildRace race_builds(const RaceSettings& settings, const LoadReading& reading) {
  check_words(settings.words);
  if (settings.repeats < fewest_repeats)
    throw_input("--repeats {}: at least {}: fewer turns do not show how much times vary", settings.repeats,
                fewest_repeats);
  if (!(settings.tolerance >= 0)) throw_input("--tolerance {}: at least 0", settings.tolerance);
  BuildRace race = Race(settings, reading).run();
  race.time = compare_turns(seconds_of(race.a), seconds_of(race.b), settings.tolerance);
  race.memory = compare_turns(peaks_of(race.a), peaks_of(race.b), settings.tolerance);
  return race;
}

bool is_regression(const BuildRace& race) {
  return race.time.change == Change::more || race.memory.change == Change::more;
}

}  // namespace adrep
