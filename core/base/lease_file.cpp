#include "core/base/lease_file.h"

#include <fmt/chrono.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/process_state.h"
#include "core/base/temporary_name.h"
#include "core/base/version.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int lease_version = 1;
constexpr size_t longest_text = 500, most_ids = 64;
constexpr int most_leases = 10'000;

std::string first_line_of(const fs::path& file) {
  std::ifstream in(file);
  std::string text;
  std::getline(in, text);
  return text;
}

/// The machine's start, and the namespace in which process numbers mean something: containers have their own.
std::string this_machine() {
  std::error_code failed;
  const fs::path numbers = fs::read_symlink("/proc/self/ns/pid", failed);
  return first_line_of("/proc/sys/kernel/random/boot_id") + " " + numbers.string();
}

/// What stays the same of this process, which is asked for whenever another one's lease is looked at.
const LeaseOwner& this_process() {
  static const LeaseOwner owner = [] {
    LeaseOwner made;
    made.host = machine_name();
    made.machine = this_machine();
    made.process = getpid();
    if (const auto state = process_state(made.process)) made.started = state->started;
    made.program = fmt::format("adrep {} ({})", version(), git_revision());
    return made;
  }();
  return owner;
}

/// Whole characters of UTF-8, no more than are allowed.
std::string cut(std::string text) {
  if (text.size() <= longest_text) return text;
  size_t end = longest_text;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace

std::string LeaseOwner::name() const {
  return fmt::format("process {} on {}", process, host);
}

LeaseOwner this_process(const std::string& title, double patience, std::vector<std::string> ids) {
  LeaseOwner owner = this_process();
  owner.title = title;
  if (ids.size() > most_ids) ids.resize(most_ids);
  owner.ids = std::move(ids);
  owner.since = fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::time(nullptr)));
  owner.patience = patience;
  return owner;
}

bool is_gone(const LeaseOwner& owner) {
  const LeaseOwner& here = this_process();
  if (owner.host != here.host || owner.machine != here.machine || owner.process <= 0) return false;
  if (kill(static_cast<pid_t>(owner.process), 0) != 0) return errno == ESRCH;
  const auto state = process_state(owner.process);
  return state && (state->state == 'Z' || state->state == 'X' || state->started != owner.started);
}

bool is_other_program(const LeaseOwner& owner) {
  return owner.program != this_process().program;
}

std::string lease_text(const LeaseOwner& owner) {
  const json all = {{"adrep_lease", lease_version}, {"host", owner.host},       {"machine", owner.machine},
                    {"process", owner.process},     {"started", owner.started}, {"program", owner.program},
                    {"title", cut(owner.title)},    {"ids", owner.ids},         {"since", owner.since},
                    {"patience", owner.patience},   {"beat", owner.beat},       {"activity", cut(owner.activity)}};
  std::string text = all.dump(-1, ' ', false, json::error_handler_t::replace);
  text.resize(lease_bytes - 1, ' ');
  return text + "\n";
}

std::optional<LeaseOwner> lease_owner_from(const std::string& text) {
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object() || all.value("adrep_lease", json()) != lease_version) return std::nullopt;
  try {
    return LeaseOwner{all.at("host"),     all.at("machine"), all.at("process"), all.at("started"),
                      all.at("program"),  all.at("title"),   all.at("ids"),     all.at("since"),
                      all.at("patience"), all.at("beat"),    all.at("activity")};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

fs::path lease_file(const fs::path& place, int number) {
  return fs::path(place).concat(fmt::format(".{}", number));
}

int last_lease(const fs::path& place) {
  std::error_code failed;
  int number = -1;
  while (number < most_leases && fs::exists(lease_file(place, number + 1), failed)) ++number;
  return number;
}

}  // namespace adrep
