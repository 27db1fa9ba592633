#include "benchmarks/speed/predict_race.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "benchmarks/speed/measured_child.h"
#include "benchmarks/speed/predict_race_report.h"
#include "benchmarks/speed/scratch_folder.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/base/stopwatch.h"

namespace adrep {
namespace {

constexpr size_t warm_up_images = 5;
/// Threads of GNU's OpenMP wait actively for some 15 ms after their last work, those of others less.
constexpr double pause_after_answer = 0.03;

void check_predict_race(const PredictRaceSettings& settings) {
  std::set<std::string> names;
  for (const AnsweringProgram& contender : settings.contenders)
    if (!names.insert(contender.name).second)
      throw_input("--peer {}=...: there are two of this name: give them names of their own", contender.name);
  if (settings.images.empty()) throw_input("no images: name files, or a folder of them");
  if (settings.repeats < 1) throw_input("--repeats {}: at least 1", settings.repeats);
  if (settings.threads < 1) throw_input("--threads {}: at least 1", settings.threads);
}

/// The command with the race's number of threads.
std::vector<std::string> with_threads(const std::vector<std::string>& command, int64_t threads) {
  std::vector<std::string> words = {"/usr/bin/env", fmt::format("OMP_NUM_THREADS={}", threads),
                                    fmt::format("MKL_NUM_THREADS={}", threads)};
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

/// The contenders while they run, and what they have taken.
class PredictTurns {
 public:
  PredictTurns(const PredictRaceSettings& settings, const LoadReading& reading) : reading_(reading) {
    race_.settings = settings;
    race_.contenders.resize(settings.contenders.size());
    for (const std::string& image : settings.images) read_file(image);
  }

  PredictRace run() {
    for (int64_t turn = 0; turn < race_.settings.starts; ++turn) start_all(turn);
    for (size_t i = 0; i < race_.contenders.size(); ++i) running_.push_back(started(i));
    const std::vector<std::string>& images = race_.settings.images;
    const std::vector<std::string> warm_up(images.begin(), images.begin() + std::min(images.size(), warm_up_images));
    for (const auto& process : running_) process->answer(warm_up);
    for (int64_t repeat = 0; repeat < race_.settings.repeats; ++repeat) score_singly(repeat);
    for (int64_t turn = 0; turn < race_.settings.batches; ++turn) score_together(turn);
    for (size_t i = 0; i < running_.size(); ++i) race_.contenders[i].peak_bytes = running_[i]->peak_bytes();
    for (const auto& process : running_) process->end();
    return race_;
  }

 private:
  void begin_turn() {
    const MachineLoad load = wait_for_calm(reading_);
    if (load.busy >= race_.busiest.busy) race_.busiest = load;
  }

  /// Lets every contender do something, the first one of them another in each turn.
  void in_turn(int64_t turn, const std::function<void(size_t contender)>& work) {
    for (size_t i = 0; i < race_.contenders.size(); ++i) {
      work((i + static_cast<size_t>(turn)) % race_.contenders.size());
      wait_or_interrupted(pause_after_answer);
    }
  }

  std::unique_ptr<AnsweringProcess> started(size_t contender) const {
    AnsweringProgram program = race_.settings.contenders[contender];
    program.command = with_threads(program.command, race_.settings.threads);
    return std::make_unique<AnsweringProcess>(std::move(program), scratch_ / fmt::format("{}.txt", contender),
                                              race_.settings.patience);
  }

  void start_all(int64_t turn) {
    begin_turn();
    in_turn(turn, [this](size_t contender) {
      const Stopwatch stopwatch;
      const std::unique_ptr<AnsweringProcess> process = started(contender);
      process->answer({race_.settings.images.front()});
      race_.contenders[contender].starts.push_back(stopwatch.seconds());
      process->end();
    });
    if (!race_.settings.empty_program.empty()) run_empty_program();
    log_info(
        fmt::format("start {} of {}: {}", turn + 1, race_.settings.starts, latest_text(race_, &PredictCosts::starts)));
  }

  void run_empty_program() {
    const std::string& program = race_.settings.empty_program;
    const ChildEnd end = run_measured(with_threads({program}, race_.settings.threads), scratch_ / "empty.txt");
    if (!end.problem.empty()) throw_failure("{}: the empty program ended with {}", program, end.problem);
    race_.empty_starts.push_back(end.cost.seconds);
  }

  void score_singly(int64_t repeat) {
    begin_turn();
    const std::vector<std::string>& images = race_.settings.images;
    for (size_t image = 0; image < images.size(); ++image)
      in_turn(repeat + static_cast<int64_t>(image), [&](size_t contender) {
        race_.contenders[contender].singles.push_back(running_[contender]->answer({images[image]}));
      });
    log_info(fmt::format("{} by themselves, {} of {}: the last one {}", counted(std::ssize(images), "image"),
                         repeat + 1, race_.settings.repeats, latest_text(race_, &PredictCosts::singles)));
  }

  void score_together(int64_t turn) {
    std::vector<std::string> images;
    for (size_t i = 0; std::ssize(images) < race_.settings.together; ++i)
      images.push_back(race_.settings.images[i % race_.settings.images.size()]);
    begin_turn();
    in_turn(turn, [&](size_t contender) {
      race_.contenders[contender].batches.push_back(running_[contender]->answer(images));
    });
    log_info(fmt::format("{} together, {} of {}: {}", counted(std::ssize(images), "image"), turn + 1,
                         race_.settings.batches, latest_text(race_, &PredictCosts::batches)));
  }

  const LoadReading& reading_;
  ScratchFolder scratch_;
  PredictRace race_;
  std::vector<std::unique_ptr<AnsweringProcess>> running_;
};

}  // namespace

AnsweringProgram own_contender(const std::string& model, int64_t threads) {
  return {"adrep", {own_program(), "predict", model, "-", "--format", "json", "--threads", fmt::format("{}", threads)}};
}

AnsweringProgram peer_contender(const std::string& text) {
  const size_t sign = text.find('=');
  if (sign == std::string::npos || sign == 0 || text.find_first_not_of(' ', sign + 1) == std::string::npos)
    throw_input("--peer {}: NAME=COMMAND is needed, for example --peer 'anomalib=python predict.py'", text);
  return {text.substr(0, sign), {"/bin/sh", "-c", text.substr(sign + 1)}};
}

PredictRace race_predictions(const PredictRaceSettings& settings, const LoadReading& reading) {
  check_predict_race(settings);
  return PredictTurns(settings, reading).run();
}

}  // namespace adrep
