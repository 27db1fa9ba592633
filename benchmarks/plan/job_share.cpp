#include "benchmarks/plan/job_share.h"

#include <algorithm>
#include <limits>
#include <sstream>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace adrep {

std::vector<std::string> device_names(const std::vector<std::string>& given) {
  std::vector<std::string> names;
  const std::string all = fmt::format("{}", fmt::join(given, ","));
  std::istringstream words(all);  // from a file "cuda:0,1" is one text
  for (std::string name; std::getline(words, name, ',');) {
    const bool index = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    if (index && names.empty()) throw_input("device={}: which kind has the index? for example device=cuda:0,1", all);
    if (index) name = names.back().substr(0, names.back().find(':')) + ":" + name;
    if (std::find(names.begin(), names.end(), name) != names.end())
      throw_input("device={}: {} is named twice", all, name);
    names.push_back(name);
  }
  if (names.empty()) throw_input("device=: name one, for example device=cpu");
  if (names.size() > 1 && std::find(names.begin(), names.end(), "cpu") != names.end())
    throw_input("device={}: cells on the CPU beside others would not be the same: name GPUs alone, or device=cpu", all);
  return names;
}

int64_t jobs_of(const RunSettings& settings) {
  return settings.jobs > 0 ? settings.jobs : std::ssize(settings.devices);
}

int64_t jobs_of(const std::vector<RunConfig>& configs) {
  const int64_t jobs = jobs_of(configs.front().settings);
  for (const RunConfig& config : configs)
    if (jobs_of(config.settings) != jobs)
      throw_input("jobs={} and {}: a run has one number of jobs: set it once, in base", jobs, jobs_of(config.settings));
  return jobs;
}

RunConfig share_of(const RunConfig& config, int64_t job, int64_t jobs) {
  RunConfig share = config;
  RunSettings& settings = share.settings;
  settings.device = settings.devices[static_cast<size_t>(job) % settings.devices.size()];
  if (jobs == 1) return share;
  settings.memory /= static_cast<double>(jobs);
  const double least = params_of<RunSettings>().find("memory")->minimum;
  if (settings.memory < least)
    throw_input("jobs={}: of memory={} each would have {:.2g} GiB, of the {} that a run needs: set memory={} or more",
                jobs, config.settings.memory, settings.memory, least, least * static_cast<double>(jobs));
  const int all = thread_count(static_cast<int>(settings.threads), std::numeric_limits<int>::max());
  settings.threads = std::max<int64_t>(1, all / jobs);
  return share;
}

std::string memory_setting(const RunSettings& settings, double memory_of_job) {
  const int64_t jobs = jobs_of(settings);
  return fmt::format("{}memory={:g}", jobs > 1 ? fmt::format("jobs={} ", jobs) : "",
                     memory_of_job * static_cast<double>(jobs));
}

}  // namespace adrep
