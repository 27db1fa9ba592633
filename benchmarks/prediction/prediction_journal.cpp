#include "benchmarks/prediction/prediction_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/lease_file.h"
#include "core/base/log.h"
#include "core/io/json_lines.h"
#include "core/io/mapped_file.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view line_start = R"({"file":)";  // "file" is the first name of a sorted object

std::string json_line(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

/// A path as it reads in the journal: what is no UTF-8 in it is replaced there.
std::string journal_path(const std::string& path) {
  return json::parse(json_line(path));
}

/// Bytes of the lines that are whole: a crash may leave a last one without its end, or with zeros in place of what did
/// not come to the disk.
size_t whole_lines(std::string_view text) {
  const size_t end = text.rfind('\n') + 1;
  if (end == 0) return 0;
  const size_t begin = end == 1 ? 0 : text.rfind('\n', end - 2) + 1;
  return text.substr(begin, end - begin).find('\0') == text.npos ? end : begin;
}

/// Whether this may be the beginning of a line that was cut off, and not of a file that is no journal.
bool may_be_cut_line(std::string_view rest) {
  rest = rest.substr(0, rest.find('\0'));
  return rest.starts_with(line_start.substr(0, rest.size()));
}

/// Who has the journal; none where its lease says nothing or is gone.
std::optional<LeaseOwner> journal_owner(const fs::path& journal) {
  const int last = last_lease(journal);
  if (last < 0) return std::nullopt;
  try {
    return lease_owner_from(read_file(lease_file(journal, last)));
  } catch (const InputError&) {  // it was given back meanwhile
    return std::nullopt;
  }
}

bool is_on_this_machine(const LeaseOwner& owner) {
  const LeaseOwner here = this_process("", 1);
  return owner.host == here.host && owner.machine == here.machine;
}

/// Whether the heart of a lease's owner beat between two looks.
bool has_beaten(const LeaseOwner& owner, const LeaseOwner& before) {
  return owner.machine == before.machine && owner.process == before.process && owner.started == before.started &&
         owner.beat != before.beat;
}

/// Takes a journal. Of a process on this machine is known whether it lives; another machine may have lost its power
/// while it had it, and so may this one: its heart tells.
Lease take_journal(Leases& leases, const fs::path& journal) {
  std::optional<LeaseOwner> before;
  for (bool said = false;; said = true) {
    if (std::optional<Lease> taken = leases.try_take(journal, "predictions of " + journal.string()))
      return std::move(*taken);
    const std::optional<LeaseOwner> owner = journal_owner(journal);
    if (owner && !is_gone(*owner) && (is_on_this_machine(*owner) || (before && has_beaten(*owner, *before))))
      throw_input("{}: {} keeps this journal since {}: stop it first, or give another journal", journal.string(),
                  owner->name(), owner->since);
    if (owner) before = owner;
    if (!said)
      log_info(fmt::format("{}: {} kept this journal: waiting to see whether it lives", journal.string(),
                           owner ? owner->name() : "another process"));
    wait_or_interrupted(0.2);
  }
}

/// A file that was made is in its folder after a power cut, too.
void sync_folder(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() >= 0) fsync(opened.number());  // some file systems have no such thing
}

}  // namespace

PredictionJournal::PredictionJournal(const fs::path& file, std::string model, const JournalSettings& settings)
    : file_(file), model_(std::move(model)), sync_every_(settings.sync_every), leases_(settings.patience) {
  lease_ = take_journal(leases_, file_);
  out_ = Descriptor(open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0666));
  if (out_.number() < 0) fail(std::strerror(errno));
  read_lines();
  sync_folder(file_);
}

PredictionJournal::~PredictionJournal() {
  if (unsynced_ > 0 && fsync(out_.number()) != 0)
    log_warning(fmt::format("{}: its last lines may be lost in a power cut: {}", file_.string(), std::strerror(errno)));
}

void PredictionJournal::fail(const std::string& why) const {
  throw WriteError(fmt::format("{}: the journal cannot be written: {}", file_.string(), why));
}

void PredictionJournal::cut(int64_t bytes) const {
  if (ftruncate(out_.number(), bytes) != 0) fail(std::strerror(errno));
}

/// Reads the whole lines, and cuts off what is behind them.
void PredictionJournal::read_lines() {
  const std::string hint = ": give another journal, or remove the line";
  int64_t rest = 0;
  {
    const MappedFile content(file_);
    const std::string_view text = content.bytes();
    bytes_ = static_cast<int64_t>(whole_lines(text));
    rest = std::ssize(text) - bytes_;
    for_each_json_line(text.substr(0, static_cast<size_t>(bytes_)), file_.string(), hint,
                       [&](const json& line, int64_t number) {
                         if (!read_line(line))
                           throw_input("{}:{}: no line of a journal of predictions{}", file_.string(), number, hint);
                       });
    if (!may_be_cut_line(text.substr(static_cast<size_t>(bytes_))))
      throw_input("{}: ends with no line of a journal of predictions{}", file_.string(), hint);
  }
  if (rest == 0) return;
  cut(bytes_);
  note_ = fmt::format("{}: its last line was cut off after {} bytes and is removed: that image is scored again",
                      file_.string(), rest);
}

/// False where it is no line of a journal.
bool PredictionJournal::read_line(const json& line) {
  try {
    const std::string path = line.at("file"), model = line.at("model");
    const Scored scored{line.at("size").get<int64_t>(), line.at("mtime_ns").get<int64_t>()};
    if (model == model_) scored_[path] = scored;
    return line.contains("result");
  } catch (const json::exception&) {
    return false;
  }
}

bool PredictionJournal::done(const Arrival& arrival) const {
  const auto scored = scored_.find(journal_path(arrival.path));
  return scored != scored_.end() && scored->second.size == arrival.size && scored->second.mtime_ns == arrival.mtime_ns;
}

/// Two that write would score everything twice.
void PredictionJournal::require_ours() const {
  if (lease_->lost()) fail("another process has taken it over, not having seen this one live");
  struct stat info {};
  if (fstat(out_.number(), &info) != 0) fail(std::strerror(errno));
  if (info.st_nlink == 0) fail("it was removed while it was kept");
  if (info.st_size != bytes_) fail("something else changed it while it was kept");
}

void PredictionJournal::add(const Arrival& arrival, const json& result) {
  ADREP_ASSERT(!done(arrival), "{} is in the journal", arrival.path);
  require_ours();
  const std::string line = json_line({{"file", arrival.path},
                                      {"size", arrival.size},
                                      {"mtime_ns", arrival.mtime_ns},
                                      {"inode", arrival.inode},
                                      {"model", model_},
                                      {"result", result}});
  const bool synced = unsynced_ + 1 >= sync_every_;
  errno = 0;
  if (write(out_.number(), line.data(), line.size()) != std::ssize(line) || (synced && fsync(out_.number()) != 0)) {
    const std::string reason = errno ? std::strerror(errno) : "disk full?";
    cut(bytes_);
    fail(reason);
  }
  bytes_ += std::ssize(line);
  unsynced_ = synced ? 0 : unsynced_ + 1;
  scored_[journal_path(arrival.path)] = {arrival.size, arrival.mtime_ns};
}

}  // namespace adrep
