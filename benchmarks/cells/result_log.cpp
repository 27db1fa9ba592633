#include "benchmarks/cells/result_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "benchmarks/cells/sealed_lines.h"
#include "core/base/descriptor.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/temporary_name.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// UTC with microseconds; the letters order as the times do.
std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto micros = now.time_since_epoch().count() % 1'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), micros);
}

/// A name no other process takes, which sorts by time.
fs::path new_log(const fs::path& folder) {
  std::string time = utc_now().substr(0, 19);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return folder / "log" / (unique_name(time) + ".jsonl");
}

ResultEvent event_from(const json& line) {
  ResultEvent event{line.at("planned"), line.at("state"), line.value("cell", ""),     line.value("why", ""),
                    line.at("seconds"), line.at("at"),    line.value("fitted", false)};
  if (event.state != "finished" && event.state != "failed") throw_input("unknown state '{}'", event.state);
  return event;
}

json line_of_event(const ResultEvent& event) {
  json line = {{"planned", event.planned}, {"state", event.state}, {"seconds", event.seconds}, {"at", event.at}};
  if (!event.cell.empty()) line["cell"] = event.cell;
  if (!event.why.empty()) line["why"] = event.why;
  if (event.fitted) line["fitted"] = true;
  return line;
}

/// Adds a log's events to the last ones known.
void read_log(const fs::path& file, std::map<std::string, ResultEvent>& last, std::vector<std::string>& notes) {
  for_each_sealed_line(file, "log", notes, [&](const json& line) {
    ResultEvent event = event_from(line);
    ResultEvent& known = last[event.planned];
    if (known.at <= event.at) known = std::move(event);
  });
}

void append_to_disk(const fs::path& file, const std::string& line) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  const Descriptor out(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  const bool written = out.number() >= 0 && write(out.number(), line.data(), line.size()) == std::ssize(line) &&
                       fsync(out.number()) == 0;
  if (!written) throw WriteError(fmt::format("{}: cannot be written: {}", file.string(), std::strerror(errno)));
}

}  // namespace

ResultLog::ResultLog(const fs::path& folder) : file_(new_log(folder)) {
  for (const std::string& note : read_news()) log_warning(note + "; the line is left out");
  for (const auto& [planned, event] : last_)
    if (event.state == "failed") failed_before_[planned] = event.at;
}

/// Logs that have grown since they were read are read again. Notes on what is left out: later ones may be of lines that
/// are being written.
std::vector<std::string> ResultLog::read_news() {
  std::vector<std::string> notes;
  for (const fs::path& file : files_ending(file_.parent_path(), ".jsonl")) {
    std::error_code failed;
    const uintmax_t size = fs::file_size(file, failed);
    if (failed || file == file_) continue;
    if (uintmax_t& known = read_[file]; known != size) {
      known = size;
      read_log(file, last_, notes);
    }
  }
  return notes;
}

bool ResultLog::says(const ResultEvent& event) {
  read_news();
  const ResultEvent& last = last_[event.planned];
  return last.state == event.state && last.cell == event.cell && last.why == event.why;
}

void ResultLog::add(ResultEvent event) {
  if (says(event)) return;
  event.at = utc_now();
  append_to_disk(file_, sealed_line(line_of_event(event)));
  last_[event.planned] = std::move(event);
}

std::string ResultLog::failed_elsewhere(const std::string& planned) {
  read_news();
  const auto event = last_.find(planned);
  if (event == last_.end() || event->second.state != "failed") return "";
  const auto before = failed_before_.find(planned);
  return before != failed_before_.end() && before->second == event->second.at ? "" : event->second.why;
}

std::map<std::string, ResultEvent> last_events(const fs::path& folder, std::vector<std::string>& notes) {
  std::map<std::string, ResultEvent> last;
  for (const fs::path& file : files_ending(folder / "log", ".jsonl")) read_log(file, last, notes);
  return last;
}

}  // namespace adrep
