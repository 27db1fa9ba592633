// adrep_timings --inputs=FOLDER [--threads=N] [Google Benchmark's own options]
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

#include "core/base/device.h"
#include "core/base/error.h"
#include "timing.h"

namespace adrep::timing {
namespace {

struct Settings {
  std::filesystem::path inputs;
  int threads = 0;
};

Settings& settings() {
  static Settings settings;
  return settings;
}

std::vector<Timing>& timings() {
  static std::vector<Timing> timings;
  return timings;
}

void run(benchmark::State& state, const Timing& timing) {
  const std::filesystem::path file = settings().inputs / (timing.file + ".safetensors");
  if (!timing.file.empty() && !std::filesystem::exists(file)) {
    state.SkipWithError(("no such file: " + file.string()).c_str());
    return;
  }
  Safetensors input;
  Call call;
  double value = 0;
  try {
    if (!timing.file.empty()) input = read_safetensors(file);
    call = timing.prepare(input);
    value = call();
  } catch (const Error& error) {
    state.SkipWithError(error.what());
    return;
  }
  for ([[maybe_unused]] const auto _ : state) value = call();
  state.counters["value"] = value;
}

}  // namespace

bool add(Timing timing) {
  timings().push_back(std::move(timing));
  return true;
}

int threads() {
  return settings().threads;
}

/// Takes our own options out of argv and registers the cases.
void prepare(int& argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--inputs="))
      settings().inputs = argument.substr(9);
    else if (argument.starts_with("--threads="))
      settings().threads = std::atoi(argv[i] + 10);
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  settings().threads = set_threads(settings().threads);
  for (const Timing& timing : timings())
    benchmark::RegisterBenchmark(timing.name.c_str(), [&timing](benchmark::State& state) { run(state, timing); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
}

}  // namespace adrep::timing

int main(int argc, char** argv) {
  adrep::timing::prepare(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
