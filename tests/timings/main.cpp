// adrep_timings --inputs=FOLDER [--images=FOLDER] [--threads=N] [Google Benchmark's own options]
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

#include "core/base/device.h"
#include "core/base/failure.h"
#include "core/base/kept_memory.h"
#include "matmul_rate.h"
#include "peak_memory.h"
#include "timing.h"

namespace adrep::timing {
namespace {

struct Settings {
  std::filesystem::path inputs, images;
  int threads = 0;
};

Settings& timing_settings() {
  static Settings timing_settings;
  return timing_settings;
}

std::vector<Timing>& timings() {
  static std::vector<Timing> timings;
  return timings;
}

void run(benchmark::State& state, const Timing& timing) {
  const std::filesystem::path file = timing_settings().inputs / (timing.file + ".safetensors");
  if (!timing.file.empty() && !std::filesystem::exists(file)) {
    state.SkipWithError(("no such file: " + file.string()).c_str());
    return;
  }
  Safetensors input;
  Call call;
  double value = 0, memory = 0;
  try {
    if (!timing.file.empty()) input = read_safetensors(file);
    for (auto& [name, tensor] : input.tensors) tensor = tensor.clone();  // read before the memory is measured
    call = timing.prepare(input);
    const PeakMemory peak;
    value = call();
    memory = peak.mib();
  } catch (...) {
    state.SkipWithError(current_failure().line.c_str());
    return;
  }
  const auto start = std::chrono::steady_clock::now();
  for ([[maybe_unused]] const auto _ : state) value = call();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  state.counters["value"] = value;
  state.counters["memory_mb"] = memory;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_bytes"] = static_cast<double>(usage.ru_maxrss) * 1024;  // of this case where it runs alone
  if (timing.flops)
    state.counters["matmul_share"] =
        timing.flops(input) * static_cast<double>(state.iterations()) / seconds.count() / matmul_rate();
}

}  // namespace

bool add(Timing timing) {
  timings().push_back(std::move(timing));
  return true;
}

int threads() {
  return timing_settings().threads;
}

std::filesystem::path images() {
  return timing_settings().images;
}

/// Takes our own options out of argv and registers the cases.
void prepare(int& argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--inputs="))
      timing_settings().inputs = argument.substr(9);
    else if (argument.starts_with("--images="))
      timing_settings().images = argument.substr(9);
    else if (argument.starts_with("--threads="))
      timing_settings().threads = std::atoi(argv[i] + 10);
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  keep_tensor_memory();
  timing_settings().threads = set_threads(timing_settings().threads);
  add_backbones();
  for (const Timing& timing : timings())
    benchmark::RegisterBenchmark(timing.name.c_str(), [&timing](benchmark::State& state) { run(state, timing); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  add_detector_growth();
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
